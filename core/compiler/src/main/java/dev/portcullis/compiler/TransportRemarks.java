// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.TransportSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is worth knowing about how the callers of one route connect, and whom it asks for. */
final class TransportRemarks {
  private static final FieldPath MTLS = FieldPath.SPEC.field("transport").field("mtls");
  private static final FieldPath METHODS = FieldPath.SPEC.field("authentication").field("methods");

  private final RouteId route;
  private final KnownTrust trust;
  private final Remarks remarks;

  TransportRemarks(RouteId route, KnownTrust trust, Remarks remarks) {
    this.route = route;
    this.trust = trust;
    this.remarks = remarks;
  }

  void about(
      Merge.@Nullable Chosen<TransportSpec> transport,
      Merge.@Nullable Chosen<AuthenticationSpec> authentication) {
    if (transport != null && transport.speaker().isCurrent()) {
      strictWithoutTls(transport);
    }
    if (authentication == null || !authentication.speaker().isCurrent()) {
      return;
    }
    List<AuthMethodSpec> methods = authentication.value().methods();
    for (int i = 0; i < methods.size(); i++) {
      switch (methods.get(i)) {
        case AuthMethodSpec.Mtls mtls -> {
          reachable(authentication.speaker(), METHODS.at(i).field("mtls"), mtls, transport);
          clients(authentication.speaker(), METHODS.at(i).field("mtls"), mtls);
          domains(authentication.speaker(), METHODS.at(i).field("mtls").field("principals"), mtls);
        }
        case AuthMethodSpec.Anonymous anonymous ->
            strictButAnonymous(authentication.speaker(), METHODS.at(i), anonymous, transport);
        case AuthMethodSpec.Jwt jwt ->
            bound(authentication.speaker(), METHODS.at(i).field("jwt"), jwt, jwt.proof());
        case AuthMethodSpec.Introspection asked ->
            bound(
                authentication.speaker(),
                METHODS.at(i).field("introspection"),
                asked,
                asked.proof());
        case AuthMethodSpec.ApiKey _ -> {}
      }
    }
  }

  private void strictWithoutTls(Merge.Chosen<TransportSpec> transport) {
    if (trust instanceof KnownTrust.NoTls && demands(transport, MtlsMode.STRICT)) {
      remarks.warn(
          transport.speaker(),
          DiagnosticCode.STRICT_WITHOUT_TLS,
          MTLS,
          "callers of "
              + route
              + " are asked for no certificates here, so that Strict refuses every request",
          "write Permissive, or guard it in a cluster");
    }
  }

  private void reachable(
      Speaker speaker,
      FieldPath path,
      AuthMethodSpec.Mtls method,
      Merge.@Nullable Chosen<TransportSpec> transport) {
    if (trust instanceof KnownTrust.NoTls) {
      remarks.warn(
          speaker,
          DiagnosticCode.NO_TLS_LISTENER,
          path,
          "callers of "
              + route
              + " are asked for no certificates here, so that "
              + named(method)
              + " never holds",
          "nothing has to be done where other methods are meant; in a cluster it holds");
    } else if (transport != null && demands(transport, MtlsMode.DISABLED)) {
      remarks.warn(
          speaker,
          DiagnosticCode.MTLS_UNREACHABLE,
          path,
          transport.speaker().ref()
              + " disables mutual TLS on "
              + route
              + ", so that "
              + named(method)
              + " never holds there",
          "remove the method, or let that policy say Permissive");
    }
  }

  private void domains(Speaker speaker, FieldPath path, AuthMethodSpec.Mtls method) {
    if (!(trust instanceof KnownTrust.Domain(String own))) {
      return;
    }
    for (int i = 0; i < method.principals().size(); i++) {
      PrincipalPattern principal = method.principals().get(i);
      if (!principal.trustDomain().equals(own)) {
        remarks.warn(
            speaker,
            DiagnosticCode.TRUST_DOMAIN_FOREIGN,
            path.at(i),
            principal
                + " names the trust domain "
                + principal.trustDomain()
                + ", but workloads here have identities of "
                + own,
            "write spiffe://" + own + "/…, unless clients from outside are meant");
      }
    }
  }

  private void clients(Speaker speaker, FieldPath path, AuthMethodSpec.Mtls method) {
    if (trust instanceof KnownTrust.Domain && method.namesClients()) {
      remarks.warn(
          speaker,
          DiagnosticCode.CLIENTS_AT_GATEWAYS,
          path,
          named(method)
              + " names certificates of clients from outside, which are seen at a gateway and not"
              + " in the pods behind "
              + route,
          "where these have sidecars, let a further method mtls name the gateway's identity");
    }
  }

  /** Tokens that count only over a connection whose certificate they name. */
  private void bound(
      Speaker speaker, FieldPath method, AuthMethodSpec spec, @Nullable ProofSpec proof) {
    if (!(proof instanceof ProofSpec.MutualTls)) {
      return;
    }
    FieldPath path = method.field("proofOfPossession");
    switch (trust) {
      case KnownTrust.NoTls _ ->
          remarks.warn(
              speaker,
              DiagnosticCode.BOUND_WITHOUT_TLS,
              path,
              "callers of "
                  + route
                  + " are asked for no certificates here, so that "
                  + named(spec)
                  + " refuses every token",
              "start the gateway with --tls-dir and --client-ca-dir");
      case KnownTrust.Domain _ ->
          remarks.warn(
              speaker,
              DiagnosticCode.CLIENTS_AT_GATEWAYS,
              path,
              named(spec)
                  + " takes tokens that are bound to certificates of clients, which are seen at a"
                  + " gateway; sidecars of the pods behind "
                  + route
                  + " refuse them",
              "where these have sidecars, let a further method mtls name the gateway's identity");
      case KnownTrust.Unknown _ -> {}
    }
  }

  private void strictButAnonymous(
      Speaker speaker,
      FieldPath path,
      AuthMethodSpec.Anonymous method,
      Merge.@Nullable Chosen<TransportSpec> transport) {
    if (transport != null && demands(transport, MtlsMode.STRICT)) {
      remarks.warn(
          speaker,
          DiagnosticCode.STRICT_ANONYMOUS,
          path,
          "method "
              + method.name()
              + " lets in every workload that has an identity, as "
              + route
              + " is Strict",
          "nothing has to be done if that is meant; a method mtls says which workloads");
    }
  }

  private static boolean demands(Merge.Chosen<TransportSpec> transport, MtlsMode mtls) {
    return transport.mode() == Mode.ENFORCE && transport.value().mtls() == mtls;
  }

  private static String named(AuthMethodSpec method) {
    return "method " + method.name();
  }
}
