// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.decision;

/** The steps of a decision, in their order. */
public enum Phase {
  HYGIENE,
  FLOOD,
  BOT_SCORE,
  AUTHENTICATION,
  BOT_ACTION,
  RATES,
  AUTHORIZATION,
  QUOTAS
}
