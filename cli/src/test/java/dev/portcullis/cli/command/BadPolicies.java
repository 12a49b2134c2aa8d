// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Policy files that are wrong in one way each.
 *
 * @param text written as ISO 8859-1, so that one of them can be no UTF-8
 * @param place behind the file's name: line and column, or nothing
 * @param code of the diagnostic
 * @param says what the message names
 * @param fix what the fix names
 */
record BadPolicies(String name, String text, String place, String code, String says, String fix) {
  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication:
          methods:
          - name: employees
            jwt:
              issuer: https://idp.example.com/
              audiences: [orders]
              jwks: {inline: '{"keys":[]}'}
      """;
  private static final String SECRET =
      """
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: idp, namespace: shop}
      stringData: {jwks: "not JSON"}
      """;
  private static final String INLINE = "{inline: '{\"keys\":[]}'}";

  static final BadPolicies MALFORMED =
      new BadPolicies(
          "malformed YAML", POLICY.replace("shop}", "shop"), ":4:5", "PC1002", "YAML", "bracket");
  static final BadPolicies UNKNOWN_FIELD =
      new BadPolicies(
          "unknown field",
          POLICY.replace("audiences", "audience"),
          ":11:9",
          "PC1009",
          "\"audience\"",
          "did you mean audiences?");
  static final BadPolicies WRONG_TYPE =
      new BadPolicies(
          "wrong type",
          POLICY.replace("[orders]", "orders"),
          ":11:20",
          "PC1010",
          "audiences must be a list, not text",
          "write a list");
  static final BadPolicies BROKEN_JWKS =
      new BadPolicies(
          "broken JWKS",
          POLICY.replace("[]}'", "['"),
          ":12:24",
          "PC4001",
          "not a JSON object",
          "RFC 7517");
  static final BadPolicies NO_JWKS =
      new BadPolicies(
          "no JWKS",
          POLICY.replace(INLINE, "{}"),
          ":12:9",
          "PC2005",
          "exactly one of uri, inline, secretRef",
          "add one");
  static final BadPolicies BROKEN_SECRET =
      new BadPolicies(
          "Secret without a JWKS",
          POLICY.replace(INLINE, "{secretRef: {name: idp, key: jwks}}") + SECRET,
          ":12:16",
          "PC5004",
          "Secret idp",
          "RFC 7517");

  /** Only an error where every Secret is known. */
  static final BadPolicies DANGLING =
      new BadPolicies(
          "dangling reference",
          POLICY.replace(INLINE, "{secretRef: {name: nope, key: jwks}}"),
          ":12:16",
          "PC5003",
          "shop/nope",
          "correct the reference");

  static final BadPolicies NOT_UTF8 =
      new BadPolicies("not UTF-8", "a: \u00ff", "", "PC1001", "UTF-8", "save it as");

  /** Writes them into a directory; returns the file. */
  Path in(Path directory) {
    try {
      return Files.writeString(directory.resolve("orders.yaml"), text, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
