// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static dev.cel.common.types.SimpleType.BOOL;
import static dev.cel.common.types.SimpleType.DYN;
import static dev.cel.common.types.SimpleType.INT;
import static dev.cel.common.types.SimpleType.STRING;
import static dev.cel.common.types.SimpleType.TIMESTAMP;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an expression may read. The Java type in brackets is what a {@link VariableSource} gives for
 * it.
 */
public enum Variable {
  /** [String] */
  REQUEST_METHOD("request.method", STRING),
  /** [String] Decoded path without query. */
  REQUEST_PATH("request.path", STRING),
  /** [String] Without port, in lower case. */
  REQUEST_HOST("request.host", STRING),
  /** [String] */
  REQUEST_SCHEME("request.scheme", STRING),
  /** [String] */
  REQUEST_PROTOCOL("request.protocol", STRING),
  /** [NamedValues] By name in lower case; reading one that came twice is an error. */
  REQUEST_HEADERS("request.headers", MapType.create(STRING, STRING)),
  /** [NamedValues] */
  REQUEST_HEADERS_ALL("request.headersAll", MapType.create(STRING, ListType.create(STRING))),
  /** [NamedValues] Decoded; reading one that came twice is an error. */
  REQUEST_QUERY("request.query", MapType.create(STRING, STRING)),
  /** [NamedValues] */
  REQUEST_QUERY_ALL("request.queryAll", MapType.create(STRING, ListType.create(STRING))),
  /** [NamedValues] Reading one that came twice is an error. */
  REQUEST_COOKIES("request.cookies", MapType.create(STRING, STRING)),
  /** [Instant] */
  REQUEST_TIME("request.time", TIMESTAMP),
  /** [String] */
  REQUEST_ID("request.id", STRING),
  /** [String] The client's address behind trusted proxies. */
  SOURCE_ADDRESS("source.address", STRING),
  /** [Long] Of the peer's end of the connection. */
  SOURCE_PORT("source.port", INT),
  /** [String] Empty: none. */
  SOURCE_PRINCIPAL("source.principal", STRING),
  /**
   * [String] The country where the client's address is (ISO 3166-1, two letters); empty: not known.
   * Reading it is an error without a database.
   */
  SOURCE_COUNTRY("source.country", STRING),
  /**
   * [Long] The number of the client's network (autonomous system); 0: not known. Reading it is an
   * error without a database.
   */
  SOURCE_ASN("source.asn", INT),
  /** [String] Of the client's first message; empty: no gateway of ours ended its connection. */
  TLS_JA4("tls.ja4", STRING),
  /** [String] Such as {@code TLSv1.3}; empty: no gateway of ours ended the client's connection. */
  TLS_VERSION("tls.version", STRING),
  /** [String] In lower case; empty: the client named no server, or no gateway of ours. */
  TLS_SNI("tls.sni", STRING),
  /** [Boolean] */
  AUTH_AUTHENTICATED("auth.authenticated", BOOL),
  /** [String] Empty: none held. */
  AUTH_METHOD("auth.method", STRING),
  /** [String] Empty: none. */
  AUTH_SUBJECT("auth.subject", STRING),
  /** [String] Empty: none. */
  AUTH_ISSUER("auth.issuer", STRING),
  /** [List of String] */
  AUTH_SCOPES("auth.scopes", ListType.create(STRING)),
  /** [Map of JSON] */
  AUTH_CLAIMS("auth.claims", MapType.create(STRING, DYN)),
  /** [String] Empty: none. */
  AUTH_CLIENT("auth.client", STRING),
  /** [String] Empty: none. */
  AUTH_PLAN("auth.plan", STRING),
  /** [String] Claim {@code acr}: how the caller authenticated; empty: the token does not say. */
  AUTH_ACR("auth.acr", STRING),
  /** [List of String] Claim {@code amr}: by which means; empty: the token does not say. */
  AUTH_AMR("auth.amr", ListType.create(STRING)),
  /** [Instant] Claim {@code auth_time}; reading it is an error when the token does not say. */
  AUTH_TIME("auth.time", TIMESTAMP),
  /** [Long] 0 to 100; reading it is an error when no BotPolicy scores the request. */
  BOT_SCORE("bot.score", INT),
  /** [Map of Long] Points by signal; reading it is an error when nothing scores the request. */
  BOT_SIGNALS("bot.signals", MapType.create(STRING, INT)),
  /** [String] The route's id. */
  ROUTE_NAME("route.name", STRING),
  /** [Map of String] Of the Services that the route stands for. */
  ROUTE_LABELS("route.labels", MapType.create(STRING, STRING));

  private static final Map<String, Variable> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Variable::celName, Function.identity()));

  private final String celName;
  private final CelType type;

  Variable(String celName, CelType type) {
    this.celName = celName;
    this.type = type;
  }

  /** The name in expressions, such as {@code request.path}. */
  public String celName() {
    return celName;
  }

  /** Whether it is known only when the caller is identified and the request is scored. */
  public boolean needsIdentity() {
    return celName.startsWith("auth.") || celName.startsWith("bot.");
  }

  CelType type() {
    return type;
  }

  static @Nullable Variable find(String celName) {
    return BY_NAME.get(celName);
  }
}
