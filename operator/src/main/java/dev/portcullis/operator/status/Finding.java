// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.crds.v1alpha1.Condition;

/**
 * A condition without its history.
 *
 * @param type such as {@code Accepted}
 * @param reason one word for machines
 * @param message for people
 */
record Finding(String type, Condition.Status status, String reason, String message) {

  static Finding yes(String type, String message) {
    return new Finding(type, Condition.Status.TRUE, type, message);
  }

  static Finding no(String type, String reason, String message) {
    return new Finding(type, Condition.Status.FALSE, reason, message);
  }

  static Finding unknown(String type, String reason, String message) {
    return new Finding(type, Condition.Status.UNKNOWN, reason, message);
  }
}
