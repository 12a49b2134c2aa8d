// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * A verified claim that upstream receives as a header; what a client sends under that name is
 * removed.
 */
public record ClaimHeader(String claim, String header) {}
