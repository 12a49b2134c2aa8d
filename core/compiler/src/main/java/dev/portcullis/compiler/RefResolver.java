// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.check.JwksCheck;
import dev.portcullis.compiler.check.Target;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what a policy refers to. */
final class RefResolver {
  private final TargetRefs targets;
  private final KnownSecrets secrets;
  private final KeyRing keys;
  private final Memo memo;

  RefResolver(KnownTargets targets, KnownSecrets secrets, KeyRing keys, Memo memo) {
    this.targets = new TargetRefs(targets);
    this.secrets = secrets;
    this.keys = keys;
    this.memo = memo;
  }

  /**
   * What was found.
   *
   * @param findings references that lead nowhere
   * @param content with the hashes of its Secrets; null: it cannot be served, since a method could
   *     not verify anything
   */
  record Resolution(
      List<Finding> findings, @Nullable Content content, List<SecretMaterial> material) {}

  Resolution resolve(String namespace, List<Target> targets, Content content) {
    List<Finding> findings = new ArrayList<>(this.targets.check(namespace, targets));
    return switch (content) {
      case Content.OfApi api -> resolveApi(namespace, api, findings);
      case Content.OfRateLimit _, Content.OfBot _ ->
          new Resolution(List.copyOf(findings), content, List.of());
    };
  }

  private Resolution resolveApi(String namespace, Content.OfApi api, List<Finding> findings) {
    AuthenticationSpec authentication = api.authentication();
    if (authentication == null) {
      return new Resolution(List.copyOf(findings), api, List.of());
    }
    checkSelectors(api, authentication, findings);
    Map<String, SecretMaterial> found = new HashMap<>();
    boolean servable = true;
    for (Content.SecretUse use : api.secrets()) {
      SecretMaterial material = secrets.find(namespace, use.name(), use.key());
      if (material == null) {
        findings.add(missing(namespace, use));
        servable = false;
        continue;
      }
      List<Finding> problems = unusable(use, material, algorithms(authentication, use.method()));
      findings.addAll(problems);
      servable &= problems.isEmpty();
      found.put(use.method(), material);
    }
    return new Resolution(
        List.copyOf(findings),
        servable ? withSecrets(api, authentication, found) : null,
        servable ? List.copyOf(found.values()) : List.of());
  }

  private void checkSelectors(
      Content.OfApi api, AuthenticationSpec authentication, List<Finding> findings) {
    for (AuthMethodSpec method : authentication.methods()) {
      FieldPath path = api.selectors().get(method.name());
      if (method instanceof AuthMethodSpec.ApiKey selector
          && path != null
          && !keys.selectsAny(selector.namespace(), selector.matchLabels())) {
        String labels =
            selector.matchLabels().isEmpty() ? "" : " with the labels " + selector.matchLabels();
        findings.add(
            Finding.of(
                DiagnosticCode.SELECTOR_EMPTY,
                path,
                "there is no ApiKey in " + selector.namespace() + labels,
                "create one with portcullis apikey create, or correct the selector"));
      }
    }
  }

  private Finding missing(String namespace, Content.SecretUse use) {
    if (secrets.forbidden().contains(new KnownSecrets.Name(namespace, use.name()))) {
      String secret = namespace + "/" + use.name();
      return Finding.of(
          DiagnosticCode.SECRET_FORBIDDEN,
          use.path(),
          "to read the Secret " + secret + " is forbidden",
          "grant the operator get, list and watch on Secret "
              + secret
              + ", by a Role with that resourceName; until then the method cannot verify tokens");
    }
    Finding finding =
        Finding.of(
            DiagnosticCode.SECRET_NOT_FOUND,
            use.path(),
            "there is no key "
                + Quote.of(use.key())
                + " in a Secret "
                + namespace
                + "/"
                + use.name(),
            "create it, or correct the reference; until then the method cannot verify tokens");
    return secrets.complete() ? finding : finding.as(Severity.WARNING);
  }

  private List<Finding> unusable(
      Content.SecretUse use, SecretMaterial material, List<JwsAlgorithm> algorithms) {
    return memo
        .keySet(
            material.hash(),
            algorithms,
            () ->
                JwksCheck.check(
                    new String(material.reveal(), StandardCharsets.UTF_8),
                    algorithms,
                    JwksCheck.Holder.SECRET))
        .stream()
        .map(problem ->
            Finding.of(
                DiagnosticCode.SECRET_UNUSABLE,
                use.path(),
                "Secret " + use.name() + ": " + problem.message(),
                problem.fix()))
        .toList();
  }

  private static List<JwsAlgorithm> algorithms(AuthenticationSpec authentication, String method) {
    return authentication.methods().stream()
        .filter(spec -> spec.name().equals(method))
        .map(spec ->
            spec instanceof AuthMethodSpec.Jwt jwt ? jwt.algorithms() : List.<JwsAlgorithm>of())
        .findFirst()
        .orElse(List.of());
  }

  private static Content withSecrets(
      Content.OfApi api, AuthenticationSpec authentication, Map<String, SecretMaterial> found) {
    return found.isEmpty()
        ? api
        : api.with(
            new AuthenticationSpec(
                authentication.source(),
                authentication.mode(),
                authentication.methods().stream()
                    .map(method -> withSecret(method, found.get(method.name())))
                    .collect(Collectors.toUnmodifiableList())));
  }

  private static AuthMethodSpec withSecret(
      AuthMethodSpec method, @Nullable SecretMaterial material) {
    return method instanceof AuthMethodSpec.Jwt jwt
            && jwt.jwks() instanceof JwksSpec.FromSecret(SecretRef ref)
            && material != null
        ? new AuthMethodSpec.Jwt(
            jwt.name(),
            jwt.issuer(),
            jwt.audiences(),
            new JwksSpec.FromSecret(
                new SecretRef(ref.namespace(), ref.name(), ref.key(), material.hash())),
            jwt.algorithms(),
            jwt.clockSkew(),
            jwt.from(),
            jwt.claimsToHeaders())
        : method;
  }
}
