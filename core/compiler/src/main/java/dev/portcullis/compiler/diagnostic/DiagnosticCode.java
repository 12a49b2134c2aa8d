// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

/**
 * Everything that can be wrong. Codes are stable: a code never changes its meaning and is never
 * used again. {@code docs/reference/diagnostics.md} is made from this list.
 *
 * <p>PC1 reading files, PC2 fields, PC3 expressions, PC4 credentials and keys, PC5 references and
 * the meeting of policies.
 */
public enum DiagnosticCode {
  FILE_UNREADABLE(
      1001,
      Severity.ERROR,
      "A file or directory cannot be read, or is not UTF-8.",
      "Check the path, the permissions and the encoding."),
  YAML_MALFORMED(
      1002,
      Severity.ERROR,
      "A file is not YAML. Nothing in it counts.",
      "Mend the line that the message names; indentation and quotes are the usual causes."),
  YAML_TOO_LARGE(
      1003,
      Severity.ERROR,
      "A file exceeds a bound on size, depth, aliases or values. Nothing in it counts.",
      "Split the file; write aliases out."),
  DUPLICATE_KEY(
      1004, Severity.ERROR, "A mapping has the same key twice.", "Remove one of the two."),
  NOT_A_RESOURCE(
      1005,
      Severity.ERROR,
      "A document is not a Kubernetes resource.",
      "Give it apiVersion, kind and metadata.name."),
  UNKNOWN_API_VERSION(
      1006,
      Severity.ERROR,
      "A resource of our group has a version that this release does not know.",
      "Write apiVersion: portcullis.dev/v1alpha1."),
  UNKNOWN_KIND(
      1007,
      Severity.ERROR,
      "A resource of our group has a kind that this release does not know.",
      "Write one of the kinds that the message lists."),
  IGNORED_KIND(
      1008,
      Severity.NOTE,
      "A resource of another group is of no concern here.",
      "Nothing has to be done."),
  UNKNOWN_FIELD(
      1009,
      Severity.ERROR,
      "A field does not exist. It is never ignored, since it may have been meant to protect.",
      "Correct its name, or remove it."),
  WRONG_TYPE(
      1010,
      Severity.ERROR,
      "A value has another type than its field.",
      "Write a value of the type that the message names."),
  DUPLICATE_RESOURCE(
      1011,
      Severity.ERROR,
      "Two documents are the same resource. Only the first counts.",
      "Rename or remove one of them."),
  NOTHING_FOUND(
      1012,
      Severity.WARNING,
      "A path holds no YAML file.",
      "Name a .yaml or .yml file, or a directory that has some."),

  FIELD_REQUIRED(2001, Severity.ERROR, "A required field is absent or empty.", "Add the field."),
  UNKNOWN_VALUE(
      2002,
      Severity.ERROR,
      "A value is none of those that its field may have.",
      "Write one of the values that the message lists."),
  OUT_OF_BOUNDS(
      2003,
      Severity.ERROR,
      "A number, a length or a count lies outside of its bounds.",
      "Stay inside the bounds that the message names."),
  BAD_FORMAT(
      2004,
      Severity.ERROR,
      "A text does not have the form that its field asks for.",
      "Write it in the form that the message shows."),
  EXACTLY_ONE(
      2005, Severity.ERROR, "Of several fields exactly one must be set.", "Keep one of them."),
  DUPLICATE_NAME(
      2006,
      Severity.ERROR,
      "Two elements of a list have the same name, or the same value where each must differ.",
      "Rename or remove one of them."),
  BAD_PATH_PATTERN(
      2007,
      Severity.ERROR,
      "A path pattern cannot be read.",
      "Start with /, use {name} for one segment, * inside a segment and /** as the tail."),
  BAD_ADDRESS_RANGE(
      2008,
      Severity.ERROR,
      "An address range cannot be read.",
      "Write a range such as 10.0.0.0/8 or 2001:db8::/32, without bits beyond its prefix."),
  BAD_DURATION(
      2009,
      Severity.ERROR,
      "A duration cannot be read, or lies outside of its bounds.",
      "Write a whole number with a unit, such as 30s, 10m or 1h."),
  BAD_TIME_ZONE(
      2010,
      Severity.ERROR,
      "A time zone is not known.",
      "Write a name of the IANA time zone database, such as Europe/Berlin or UTC."),
  FORBIDDEN_HEADER(
      2011,
      Severity.ERROR,
      "A header that Envoy or HTTP itself relies on cannot carry a claim.",
      "Choose a name of your own, such as x-user-id."),
  TARGET_UNSUPPORTED(
      2012,
      Severity.ERROR,
      "A policy targets something that cannot be guarded, or cannot be guarded in this way.",
      "Target a Service, a workload or the Namespace, as the message says."),
  NAMESPACE_FOREIGN(
      2013,
      Severity.ERROR,
      "A policy targets a namespace that is not its own.",
      "Target the policy's own namespace; one of the installation namespace may have a"
          + " namespaceSelector."),
  SELECTOR_OUTSIDE(
      2014,
      Severity.ERROR,
      "A policy outside of the installation namespace has a namespaceSelector.",
      "Put the policy into the installation namespace, or target its own Namespace."),
  BAD_PRINCIPAL(
      2015,
      Severity.ERROR,
      "A principal is no pattern of workload identities.",
      "Write a SPIFFE ID such as spiffe://cluster.local/ns/shop/sa/orders; a * stands for a segment"
          + " of its path or a part of one."),
  BAD_ORIGIN(
      2016,
      Severity.ERROR,
      "An origin cannot be one that a browser sends.",
      "Write a scheme, a host in lower case and a port where it is not the scheme's own:"
          + " https://shop.example.com, or https://*.example.com for the names below one."),
  CREDENTIALS_FOR_ALL_ORIGINS(
      2017,
      Severity.ERROR,
      "Every page in the world could act with the cookies of its visitor.",
      "List the origins that you mean, or remove allowCredentials."),
  BAD_COUNTRY(
      2018,
      Severity.ERROR,
      "A text is no country: ISO 3166-1 has no such two letters.",
      "Write the country's code, such as DE, JP or GB."),
  BAD_CLIENT_CERTIFICATE(
      2023,
      Severity.ERROR,
      "A URI, a DNS name or a fingerprint cannot be one of a client's certificate.",
      "Write URIs as https://partner.example/apps/*, DNS names as *.partner.example, fingerprints"
          + " as openssl x509 -fingerprint -sha256 prints them."),

  EXPRESSION_INVALID(
      3001,
      Severity.ERROR,
      "A CEL expression does not compile: its syntax, its types or its size.",
      "Mend it at the place that the message names; docs/reference lists the variables."),
  BOT_SCORE_UNSCORED(
      3002,
      Severity.WARNING,
      "An expression reads bot.* on a route that no BotPolicy reaches, which is an error each"
          + " time.",
      "Add a BotPolicy for the target, or remove the condition."),
  AUTH_UNAUTHENTICATED(
      3003,
      Severity.WARNING,
      "An expression reads auth.* on a route that asks nobody for credentials.",
      "Add authentication to an ApiPolicy of the target, or remove the condition."),
  STEP_UP_UNPROVABLE(
      3004,
      Severity.WARNING,
      "A rule asks how the caller authenticated on a route where no method's credential tells it.",
      "Add a method jwt or introspection to an ApiPolicy of the target, or remove stepUp."),

  JWKS_INVALID(
      4001,
      Severity.ERROR,
      "A JSON Web Key Set cannot be read.",
      "Write {\"keys\": [...]} as RFC 7517 describes it."),
  JWKS_KEY_REFUSED(
      4002,
      Severity.ERROR,
      "A key of a JSON Web Key Set must not, or cannot, verify tokens.",
      "Publish only public signature keys: RSA of 2048 bits or more, P-256, P-384, P-521,"
          + " Ed25519."),
  JWKS_URI_REFUSED(
      4003,
      Severity.ERROR,
      "A key set would be fetched in a way that others can tamper with.",
      "Use https; http is for loopback addresses and names inside the cluster (*.svc)."),
  ALGORITHM_NEEDS_SECRET(
      4004,
      Severity.ERROR,
      "An HMAC algorithm verifies with the key that signs, which only a Secret may hold.",
      "Put the key set into a Secret and name it in jwks.secretRef, or use a public-key"
          + " algorithm."),
  ALGORITHMS_MIXED(
      4005,
      Severity.ERROR,
      "One method accepts HMAC and public-key algorithms, which invites algorithm confusion.",
      "Make two methods, each with its own key set."),
  NO_KEY_FITS(
      4006,
      Severity.ERROR,
      "No key of the set fits an algorithm of its method, so that no token could ever pass.",
      "Add a key for one of the algorithms, or name the algorithm of the key."),
  API_KEY_TAKEN(
      4007,
      Severity.ERROR,
      "Two ApiKeys of a namespace have one id. The older one counts.",
      "Create a new key; an id is never shared."),
  MTLS_DISABLED(
      4008,
      Severity.ERROR,
      "A policy disables mutual TLS and asks for identities that only mutual TLS proves.",
      "Remove the method mtls, or write transport.mtls: Permissive."),
  MTLS_UNREACHABLE(
      4009,
      Severity.WARNING,
      "A method mtls never holds on a route, since another policy disables mutual TLS there.",
      "Remove the method, or let the other policy say Permissive."),
  TRUST_DOMAIN_FOREIGN(
      4010,
      Severity.WARNING,
      "A principal names another trust domain than that of the workloads here. Nobody but a client"
          + " from outside can have it, at a gateway that asks for certificates.",
      "Write the trust domain of this installation, unless such clients are meant."),
  NO_TLS_LISTENER(
      4011,
      Severity.NOTE,
      "A method mtls never holds behind a gateway that asks its clients for no certificates.",
      "Nothing has to be done where other methods are meant; in a cluster it holds."),
  STRICT_WITHOUT_TLS(
      4012,
      Severity.WARNING,
      "transport.mtls is Strict behind a gateway that listens without TLS, which refuses every"
          + " request.",
      "Write Permissive, or guard the Service in a cluster."),
  STRICT_ANONYMOUS(
      4013,
      Severity.NOTE,
      "A route that only workloads with an identity reach lets all of them in by the method"
          + " anonymous.",
      "Nothing has to be done if that is meant; a method mtls says which workloads."),
  INTROSPECTION_REFUSED(
      4014,
      Severity.ERROR,
      "An issuer would be asked about tokens in a way that others can read and answer.",
      "Use https; http is for loopback addresses and names inside the cluster (*.svc)."),
  INTROSPECTION_WITHOUT_JWTS(
      4015,
      Severity.NOTE,
      "A method introspection reads where a method jwt reads, so that no issuer is asked about a"
          + " JWT.",
      "Nothing has to be done if other tokens are meant; else let the methods read at different"
          + " places."),
  INTROSPECTION_WITHOUT_ISSUER(
      4016,
      Severity.WARNING,
      "A method introspection names no issuer. Answers without iss pass then, and such tokens"
          + " cannot be revoked here, because revocations name the issuer.",
      "Write the issuer into issuer if its answers say iss. If they do not, revoke at the issuer,"
          + " and let cacheTtl be short."),
  BAD_PROOF_SOURCE(
      4020,
      Severity.ERROR,
      "A method asks for proofs of possession and looks for its tokens where clients that make"
          + " proofs do not send them (RFC 9449 section 7.1).",
      "Name headers with prefix \"DPoP \" in from, or leave from out."),
  PROOF_NOT_ASKED_FOR(
      4021,
      Severity.ERROR,
      "A method says what proofs of possession must say and asks for none.",
      "Set proofOfPossession to DPoP, or remove dpop."),
  CLIENTS_AT_GATEWAYS(
      4030,
      Severity.NOTE,
      "A method asks for certificates of clients from outside. They are seen where a gateway ends"
          + " the client's connection; a sidecar behind it sees the gateway's own.",
      "Where the Service's pods have sidecars, a further method mtls names the gateway's identity"
          + " as a principal."),
  BOUND_WITHOUT_TLS(
      4031,
      Severity.WARNING,
      "A method takes tokens that are bound to clients' certificates, behind a gateway that asks"
          + " for none, and so refuses every token.",
      "Let the gateway ask its clients for certificates, or ask for another proof."),

  SERVICE_NOT_FOUND(
      5001,
      Severity.WARNING,
      "A policy targets a Service that does not exist. The policy waits for it.",
      "Correct the name, or create the Service."),
  PORT_NOT_FOUND(
      5002,
      Severity.WARNING,
      "A policy targets a port that its Service does not have.",
      "Write the name of a port of the Service into sectionName."),
  SECRET_NOT_FOUND(
      5003,
      Severity.ERROR,
      "A policy needs a Secret, or a key of one, that does not exist.",
      "Create the Secret, or correct the reference."),
  SECRET_UNUSABLE(
      5004,
      Severity.ERROR,
      "A Secret that a policy needs does not hold what it should.",
      "Correct the content of the Secret."),
  SELECTOR_EMPTY(
      5005,
      Severity.WARNING,
      "A selector selects no ApiKey, so nobody can pass by this method.",
      "Create an ApiKey with these labels, or correct the selector."),
  CONFLICTED(
      5006,
      Severity.WARNING,
      "Two policies of one kind and equal rank claim a route. The older one speaks for it; of two"
          + " that are equally old, the first by name.",
      "Remove one of the two targets, or let one of them be narrower."),
  EXEMPT_UNKNOWN(
      5007,
      Severity.WARNING,
      "A BotPolicy exempts an authentication method that no route of it has.",
      "Write the name of a method of the target's ApiPolicy."),
  NO_API_POLICY(
      5008,
      Severity.WARNING,
      "Only limits or bot rules reach a route, and no ApiPolicy, so the route is closed.",
      "Add an ApiPolicy for the target; with the method anonymous it lets everybody in."),
  NO_AUTHENTICATION(
      5009,
      Severity.WARNING,
      "A route asks nobody for credentials.",
      "Add authentication; the method anonymous says that this is intended."),
  SHADOW_NOT_EVALUATED(
      5010,
      Severity.WARNING,
      "A shadow policy would replace what another one enforces; the latter stays in force.",
      "Shadow the policy of the wider target, or enforce this one."),
  RULE_UNREACHABLE(
      5011,
      Severity.WARNING,
      "A rule never decides, since an earlier one of the same effect takes all of its requests.",
      "Remove it, or narrow the earlier one."),
  SECRET_FORBIDDEN(
      5012,
      Severity.ERROR,
      "The operator may not read a Secret that a policy needs.",
      "Grant it get, list and watch on that Secret."),
  WORKLOAD_NOT_FOUND(
      5013,
      Severity.WARNING,
      "A policy targets a workload of which no pod is known. The policy waits for it.",
      "Correct the name, or create the workload."),
  NAMESPACES_NOT_FOUND(
      5014,
      Severity.WARNING,
      "A namespaceSelector selects no namespace, so the policy guards nothing.",
      "Label the namespaces, or correct the selector."),
  SECTION_IS_A_NUMBER(
      5015,
      Severity.WARNING,
      "A sectionName is a number. It names a port and never means its number.",
      "Name the port in the Service, or in the container, and write that name."),
  ENDS_ARE_TOLD_TO_ONE(
      5016,
      Severity.WARNING,
      "A limit that waits for the ends of requests (concurrency, count: Failures) is counted by"
          + " each decision service alone. An end may be told to another one than the request was"
          + " charged by: then a place is free only after 15 s, and a success counts as a failure.",
      "Write store: {scope: Cluster}, or run one decision service."),
  QUOTA_OF_EACH(
      5017,
      Severity.NOTE,
      "Each decision service counts a quota for itself, so several of them admit as many times its"
          + " number.",
      "Write store: {scope: Cluster}, or run one decision service."),
  CONFIG_MAP_NOT_FOUND(
      5020,
      Severity.ERROR,
      "A policy needs a ConfigMap, or a key of one, that does not exist.",
      "Create the ConfigMap, or correct the reference."),
  CONFIG_MAP_FORBIDDEN(
      5021,
      Severity.ERROR,
      "The operator may not read a ConfigMap that a policy needs.",
      "Grant it get, list and watch on that ConfigMap."),
  ADDRESS_LIST_UNUSABLE(
      5022,
      Severity.ERROR,
      "A ConfigMap that should be a list of addresses has lines that are none, or too many.",
      "Write one address or range a line; # and ; begin comments.");

  private final int number;
  private final Severity severity;
  private final String meaning;
  private final String fix;

  DiagnosticCode(int number, Severity severity, String meaning, String fix) {
    this.number = number;
    this.severity = severity;
    this.meaning = meaning;
    this.fix = fix;
  }

  /** As users see it: {@code PC1001}. */
  public String id() {
    return "PC" + number;
  }

  /** How severe it is, unless its finding says otherwise. */
  public Severity severity() {
    return severity;
  }

  /** One or two sentences for the reference. */
  public String meaning() {
    return meaning;
  }

  /** How it is mended, in general. */
  public String fix() {
    return fix;
  }
}
