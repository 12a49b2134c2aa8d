// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.ApiKeyMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.Authentication;
import dev.portcullis.crds.v1alpha1.apipolicy.CredentialSource;
import dev.portcullis.crds.v1alpha1.apipolicy.KeySelector;
import dev.portcullis.crds.v1alpha1.apipolicy.Method;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Checks the ways to authenticate, and gathers what they refer to. */
final class AuthenticationCheck {
  private static final CredentialLocation API_KEY_HEADER =
      new CredentialLocation(CredentialLocation.Kind.HEADER, "x-api-key", "");

  private final Scope scope;
  private final List<Content.SecretUse> secrets = new ArrayList<>();
  private final Map<String, FieldPath> selectors = new HashMap<>();

  AuthenticationCheck(Scope scope) {
    this.scope = scope;
  }

  /** Secrets that hold keys; complete after {@link #check}. */
  List<Content.SecretUse> secrets() {
    return List.copyOf(secrets);
  }

  /** Where methods select ApiKeys, by the name of the method; complete after {@link #check}. */
  Map<String, FieldPath> selectors() {
    return Map.copyOf(selectors);
  }

  @Nullable AuthenticationSpec check(@Nullable Authentication section, FieldPath path) {
    if (section == null || section.methods().isEmpty()) {
      return null;
    }
    List<Method> methods = section.methods();
    FieldPath list = path.field("methods");
    Values.unique(methods, Method::name, "name", list, scope);
    List<AuthMethodSpec> out = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      if (methods.get(i).anonymous() != null && i < methods.size() - 1) {
        scope.report(
            DiagnosticCode.OUT_OF_BOUNDS,
            list.at(i),
            "anonymous stands before other methods",
            "move anonymous to the end of methods, and write it once");
      }
      AuthMethodSpec method = method(methods.get(i), list.at(i));
      if (method != null) {
        out.add(method);
      }
    }
    introspectedJwts(methods, out, list);
    return out.isEmpty() ? null : new AuthenticationSpec(scope.policy(), scope.mode(), out);
  }

  private void introspectedJwts(List<Method> methods, List<AuthMethodSpec> out, FieldPath list) {
    for (AuthMethodSpec method : out) {
      if (!(method instanceof AuthMethodSpec.Introspection)) {
        continue;
      }
      for (AuthMethodSpec jwt : out) {
        if (jwt instanceof AuthMethodSpec.Jwt && jwt.readsWhere(method)) {
          scope.report(
              DiagnosticCode.INTROSPECTION_WITHOUT_JWTS,
              list.at(index(methods, method.name())).field("introspection"),
              "JWTs are for method "
                  + jwt.name()
                  + ", which reads at the same place: no issuer is"
                  + " asked about them",
              "nothing has to be done if other tokens are meant; else write different places into"
                  + " from");
          break;
        }
      }
    }
  }

  private static int index(List<Method> methods, String name) {
    return IntStream.range(0, methods.size())
        .filter(i -> methods.get(i).name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private @Nullable AuthMethodSpec method(Method method, FieldPath path) {
    Values.exactlyOne(
        "a method",
        path,
        scope,
        new Values.Choice("jwt", method.jwt() != null),
        new Values.Choice("apiKey", method.apiKey() != null),
        new Values.Choice("mtls", method.mtls() != null),
        new Values.Choice("introspection", method.introspection() != null),
        new Values.Choice("anonymous", method.anonymous() != null));
    if (method.jwt() != null) {
      return new JwtCheck(scope, secrets).check(method.name(), method.jwt(), path.field("jwt"));
    }
    if (method.apiKey() != null) {
      return apiKey(method.name(), method.apiKey(), path.field("apiKey"));
    }
    if (method.mtls() != null) {
      return TransportCheck.method(method.name(), method.mtls(), path.field("mtls"), scope);
    }
    if (method.introspection() != null) {
      return new IntrospectionCheck(scope, secrets)
          .check(method.name(), method.introspection(), path.field("introspection"));
    }
    return method.anonymous() == null ? null : new AuthMethodSpec.Anonymous(method.name());
  }

  private AuthMethodSpec apiKey(String name, ApiKeyMethod method, FieldPath path) {
    KeySelector selector = method.selector();
    selectors.put(name, selector == null ? path : path.field("selector"));
    return new AuthMethodSpec.ApiKey(
        name,
        scope.policy().namespace(),
        new TreeMap<>(selector == null ? Map.of() : selector.matchLabels()),
        locations(method.from(), API_KEY_HEADER, path.field("from"), scope));
  }

  /** Where credentials may stand; the default when nothing is said. */
  static List<CredentialLocation> locations(
      List<CredentialSource> sources, CredentialLocation byDefault, FieldPath path, Scope scope) {
    if (sources.isEmpty()) {
      return List.of(byDefault);
    }
    List<CredentialLocation> out = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      out.add(location(sources.get(i), path.at(i), scope));
    }
    Values.unique(out, AuthenticationCheck::words, "", path, scope);
    return out;
  }

  private static String words(CredentialLocation location) {
    return location.kind().name().toLowerCase(Locale.ROOT) + " " + location.name();
  }

  private static CredentialLocation location(CredentialSource source, FieldPath path, Scope scope) {
    String header = source.header();
    String cookie = source.cookie();
    String query = source.query();
    String prefix = source.prefix();
    Values.exactlyOne(
        "an element of from",
        path,
        scope,
        new Values.Choice("header", header != null),
        new Values.Choice("cookie", cookie != null),
        new Values.Choice("query", query != null));
    if (prefix != null && header == null) {
      scope.report(
          DiagnosticCode.EXACTLY_ONE,
          path.field("prefix"),
          "prefix goes with header only",
          "remove prefix");
    }
    if (header != null) {
      return new CredentialLocation(
          CredentialLocation.Kind.HEADER,
          header.toLowerCase(Locale.ROOT),
          prefix == null ? "" : prefix);
    }
    return cookie != null
        ? new CredentialLocation(CredentialLocation.Kind.COOKIE, cookie, "")
        : new CredentialLocation(CredentialLocation.Kind.QUERY, query == null ? "" : query, "");
  }
}
