// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.policy.decision.DenyReason;

/**
 * Problem documents (RFC 9457): {@code type}, {@code title}, {@code status}, {@code detail}, {@code
 * decisionId}.
 */
final class Problem {

  private Problem() {}

  static String json(DenyReason reason, String detail, String decisionId) {
    StringBuilder json = new StringBuilder(256);
    json.append("{\"type\":");
    string(json, reason.problemType());
    json.append(",\"title\":");
    string(json, reason.title());
    json.append(",\"status\":").append(reason.httpStatus()).append(",\"detail\":");
    string(json, detail);
    json.append(",\"decisionId\":");
    string(json, decisionId);
    return json.append('}').toString();
  }

  private static void string(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
