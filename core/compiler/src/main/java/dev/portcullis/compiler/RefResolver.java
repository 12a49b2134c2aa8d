// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.ClientCredentialCheck;
import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.check.JwksCheck;
import dev.portcullis.compiler.check.Target;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds what a policy refers to. */
final class RefResolver {
  private final TargetRefs targets;
  private final KnownSecrets secrets;
  private final KnownConfigMaps configMaps;
  private final KeyRing keys;
  private final Memo memo;

  RefResolver(PolicySet set, KeyRing keys, Memo memo) {
    this.targets = new TargetRefs(set.targets());
    this.secrets = set.secrets();
    this.configMaps = set.configMaps();
    this.keys = keys;
    this.memo = memo;
  }

  /**
   * What was found.
   *
   * @param findings references that lead nowhere
   * @param content with the hashes of its Secrets and lists; null: it cannot be served, since a
   *     method could not verify anything, or nobody knows who may call
   */
  record Resolution(
      List<Finding> findings,
      @Nullable Content content,
      List<SecretMaterial> material,
      List<AddressList> lists) {}

  Resolution resolve(String namespace, List<Target> targets, Content content) {
    List<Finding> findings = new ArrayList<>(this.targets.check(namespace, targets));
    return switch (content) {
      case Content.OfApi api -> resolveApi(namespace, api, findings);
      case Content.OfRateLimit _, Content.OfBot _ ->
          new Resolution(List.copyOf(findings), content, List.of(), List.of());
    };
  }

  private Resolution resolveApi(String namespace, Content.OfApi api, List<Finding> findings) {
    AddressListResolver lists = new AddressListResolver(configMaps, memo);
    RequestSpec addresses = api.ipAccess();
    RequestSpec resolved = addresses == null ? null : lists.resolve(addresses);
    findings.addAll(lists.findings());
    boolean listed = addresses == null || resolved != null;
    Content.OfApi content = resolved == null ? api : api.with(resolved);
    Resolution found = resolveMethods(namespace, content, findings);
    return found.content() == null || !listed
        ? new Resolution(found.findings(), null, List.of(), List.of())
        : new Resolution(found.findings(), found.content(), found.material(), lists.found());
  }

  private Resolution resolveMethods(String namespace, Content.OfApi api, List<Finding> findings) {
    AuthenticationSpec authentication = api.authentication();
    if (authentication == null) {
      return new Resolution(List.copyOf(findings), api, List.of(), List.of());
    }
    checkSelectors(api, authentication, findings);
    Map<Content.SecretUse, SecretMaterial> found = new HashMap<>();
    boolean servable = true;
    for (Content.SecretUse use : api.secrets()) {
      SecretMaterial material = secrets.find(namespace, use.name(), use.key());
      if (material == null && secrets.assumed()) {
        found.put(use, secrets.standIn(namespace, use.name(), use.key()));
        continue;
      }
      if (material == null) {
        Finding finding = missing(namespace, use);
        if (!findings.contains(finding)) {
          findings.add(finding);
        }
        servable = false;
        continue;
      }
      List<Finding> problems = unusable(use, material, method(authentication, use.method()));
      findings.addAll(problems);
      servable &= problems.isEmpty();
      found.put(use, material);
    }
    return new Resolution(
        List.copyOf(findings),
        servable ? withSecrets(api, authentication, found) : null,
        servable ? List.copyOf(found.values()) : List.of(),
        List.of());
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
      Content.SecretUse use, SecretMaterial material, AuthMethodSpec method) {
    return switch (method) {
      case AuthMethodSpec.Jwt jwt -> unusableKeys(use, material, jwt.algorithms());
      case AuthMethodSpec.Introspection _ -> unusableCredential(use, material);
      case AuthMethodSpec.ApiKey _, AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ -> List.of();
    };
  }

  private List<Finding> unusableKeys(
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

  private static List<Finding> unusableCredential(Content.SecretUse use, SecretMaterial material) {
    String refusal = ClientCredentialCheck.refusal(material.reveal());
    return refusal.isEmpty()
        ? List.of()
        : List.of(
            Finding.of(
                DiagnosticCode.SECRET_UNUSABLE,
                use.path(),
                "Secret " + use.name() + ": what is under " + use.key() + " " + refusal,
                "write the text that the issuer gave, and nothing after it"));
  }

  private static AuthMethodSpec method(AuthenticationSpec authentication, String name) {
    return authentication.methods().stream()
        .filter(spec -> spec.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Content withSecrets(
      Content.OfApi api,
      AuthenticationSpec authentication,
      Map<Content.SecretUse, SecretMaterial> found) {
    if (found.isEmpty()) {
      return api;
    }
    List<AuthMethodSpec> methods = new ArrayList<>();
    for (AuthMethodSpec method : authentication.methods()) {
      Map<String, String> hashes = new HashMap<>();
      found.forEach((use, material) -> {
        if (use.method().equals(method.name())) {
          hashes.put(use.key(), material.hash());
        }
      });
      methods.add(hashes.isEmpty() ? method : withSecrets(method, hashes));
    }
    return api.with(
        new AuthenticationSpec(authentication.source(), authentication.mode(), methods));
  }

  /**
   * The method with what its Secrets hold.
   *
   * @param hashes by the key in the Secret
   */
  private static AuthMethodSpec withSecrets(AuthMethodSpec method, Map<String, String> hashes) {
    return switch (method) {
      case AuthMethodSpec.Jwt jwt ->
          jwt.jwks() instanceof JwksSpec.FromSecret(SecretRef ref)
              ? jwt.withKeys(new JwksSpec.FromSecret(withHash(ref, hashes)))
              : jwt;
      case AuthMethodSpec.Introspection asked ->
          asked.with(withHash(asked.clientId(), hashes), withHash(asked.clientSecret(), hashes));
      case AuthMethodSpec.ApiKey _, AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ -> method;
    };
  }

  private static SecretRef withHash(SecretRef ref, Map<String, String> hashes) {
    return new SecretRef(
        ref.namespace(),
        ref.name(),
        ref.key(),
        Objects.requireNonNull(hashes.get(ref.key()), ref.key()));
  }
}
