// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.PolicySource;
import java.util.List;

/**
 * Everything that is compiled together.
 *
 * @param policies of all three kinds, in any order; of two with one name the first counts
 * @param apiKeys in any order; of two with one name the first counts
 */
public record PolicySet(
    List<PolicySource> policies,
    List<KeySource> apiKeys,
    KnownTargets targets,
    KnownSecrets secrets,
    KnownConfigMaps configMaps,
    KnownTrust trust) {

  public PolicySet {
    policies = List.copyOf(policies);
    apiKeys = List.copyOf(apiKeys);
  }

  /** Where nothing is known of pods and ConfigMaps, and not who trusts whom. */
  public PolicySet(
      List<PolicySource> policies,
      List<KeySource> apiKeys,
      KnownServices services,
      KnownSecrets secrets) {
    this(
        policies,
        apiKeys,
        KnownTargets.of(services),
        secrets,
        KnownConfigMaps.unknown(),
        new KnownTrust.Unknown());
  }

  /** A set of which it is not known who trusts whom. */
  public PolicySet(
      List<PolicySource> policies,
      List<KeySource> apiKeys,
      KnownTargets targets,
      KnownSecrets secrets,
      KnownConfigMaps configMaps) {
    this(policies, apiKeys, targets, secrets, configMaps, new KnownTrust.Unknown());
  }

  /** The same set where Secrets that are not known are assumed to be there. */
  public PolicySet assumingSecrets() {
    return new PolicySet(policies, apiKeys, targets, secrets.assuming(), configMaps, trust);
  }

  /** The same set for proxies of which this is known. */
  public PolicySet trusting(KnownTrust known) {
    return new PolicySet(policies, apiKeys, targets, secrets, configMaps, known);
  }

  /**
   * The same set, where each policy may fall back on what an earlier compilation served of it. For
   * callers that keep no revisions of their own.
   */
  public PolicySet fallingBackOn(CompileResult earlier) {
    return new PolicySet(
        policies.stream()
            .map(policy -> policy.fallingBackOn(earlier.served().get(policy.ref())))
            .toList(),
        apiKeys,
        targets,
        secrets,
        configMaps,
        trust);
  }

  /** The same set with other targets. */
  public PolicySet with(KnownTargets others) {
    return new PolicySet(policies, apiKeys, others, secrets, configMaps, trust);
  }
}
