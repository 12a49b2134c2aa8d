// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import dev.portcullis.benchmarks.scenario.Issuer;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Services and the policies that guard them, one each, as YAML.
 *
 * @param size number of services
 * @param jwks of the issuer whose tokens they take
 */
record Fleet(int size, String jwks) {
  static final String NAMESPACE = "scale";

  static Fleet of(int size) {
    return new Fleet(size, Issuer.of(JwsAlgorithm.ES256).jwks());
  }

  static String name(int number) {
    return "service-%04d".formatted(number);
  }

  /** {@code namespace/name} of each service. */
  List<String> services() {
    return IntStream.range(0, size).mapToObj(i -> NAMESPACE + "/" + name(i)).toList();
  }

  String service(int number) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: %s}
    spec: {ports: [{name: http, port: 80}]}
    """
        .formatted(name(number), NAMESPACE);
  }

  /**
   * A policy with a token, a deny rule and two allow rules.
   *
   * @param revision appears in a rule, so that another revision is another policy
   */
  String policy(int number, int revision) {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: %1$s, namespace: %2$s}
    spec:
      targetRefs: [{kind: Service, name: %1$s}]
      authentication:
        methods:
        - name: employees
          jwt:
            issuer: https://idp.example.com/
            audiences: [%1$s]
            jwks: {inline: '%3$s'}
      authorization:
        rules:
        - name: no-admin
          effect: Deny
          match: [{paths: ["/admin/**"]}]
          when: '!("admin" in auth.scopes)'
        - name: read
          match: [{methods: [GET, HEAD], paths: ["/items", "/items/{id}"]}]
          scopes: [items.read]
        - name: write
          match: [{methods: [POST], paths: ["/items"]}]
          when: 'auth.claims.level > %4$d'
    """
        .formatted(name(number), NAMESPACE, jwks, revision);
  }
}
