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
 * @param place behind the file's name: line and column, or nothing
 * @param code of the diagnostic
 * @param says what the message names
 * @param fix what the fix names
 */
record BadPolicies(
    String name, byte[] content, String place, String code, String says, String fix) {
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
      yaml("malformed YAML", POLICY.replace("shop}", "shop"), ":4:5", "PC1002", "YAML", "bracket");
  static final BadPolicies UNKNOWN_FIELD =
      yaml(
          "unknown field",
          POLICY.replace("audiences", "audience"),
          ":11:9",
          "PC1009",
          "\"audience\"",
          "did you mean audiences?");
  static final BadPolicies WRONG_TYPE =
      yaml(
          "wrong type",
          POLICY.replace("[orders]", "orders"),
          ":11:20",
          "PC1010",
          "audiences must be a list, not text",
          "write a list");
  static final BadPolicies BROKEN_JWKS =
      yaml(
          "broken JWKS",
          POLICY.replace("[]}'", "['"),
          ":12:24",
          "PC4001",
          "not a JSON object",
          "RFC 7517");
  static final BadPolicies NO_JWKS =
      yaml(
          "no JWKS",
          POLICY.replace(INLINE, "{}"),
          ":12:9",
          "PC2005",
          "exactly one of uri, inline, secretRef",
          "add one");
  static final BadPolicies BROKEN_SECRET =
      yaml(
          "Secret without a JWKS",
          POLICY.replace(INLINE, "{secretRef: {name: idp, key: jwks}}") + SECRET,
          ":12:16",
          "PC5004",
          "Secret idp",
          "RFC 7517");

  /** Only an error where every Secret is known. */
  static final BadPolicies DANGLING =
      yaml(
          "dangling reference",
          POLICY.replace(INLINE, "{secretRef: {name: nope, key: jwks}}"),
          ":12:16",
          "PC5003",
          "shop/nope",
          "correct the reference");

  static final BadPolicies NOT_UTF8 =
      new BadPolicies(
          "not UTF-8", new byte[] {'a', ':', (byte) 0xff}, "", "PC1001", "UTF-8", "save it as");

  private static BadPolicies yaml(
      String name, String text, String place, String code, String says, String fix) {
    return new BadPolicies(name, text.getBytes(StandardCharsets.UTF_8), place, code, says, fix);
  }

  /** Writes them into a directory; returns the file. */
  Path in(Path directory) {
    try {
      return Files.write(directory.resolve("orders.yaml"), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
