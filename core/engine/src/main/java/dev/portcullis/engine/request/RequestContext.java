// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import dev.portcullis.policy.decision.CheckNames;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request as Envoy described it. Immutable and thread-safe; query and cookies are read when
 * first asked for.
 */
public final class RequestContext {
  private final RequestLine line;
  private final Headers headers;
  private final Peer peer;
  private final String id;
  private final Instant receivedAt;
  // Benign races: both threads would compute equal, immutable values.
  private @Nullable Pairs query;
  private @Nullable Pairs cookies;

  /**
   * Takes the facts.
   *
   * @param headers without pseudo-headers
   * @param id Envoy's own id of the request (of its stream), the same when Envoy asks twice; never
   *     one that a client may choose, because charges are idempotent per id
   * @param receivedAt the one clock reading of this request; everything is decided by it
   */
  public RequestContext(
      RequestLine line, Headers headers, Peer peer, String id, Instant receivedAt) {
    this.line = line;
    this.headers = headers;
    this.peer = peer;
    this.id = id;
    this.receivedAt = receivedAt;
  }

  /** Method, target, host, scheme and protocol. */
  public RequestLine line() {
    return line;
  }

  /** The header lines in the order of the wire. */
  public Headers headers() {
    return headers;
  }

  /** The other end of the connection. */
  public Peer peer() {
    return peer;
  }

  /**
   * What the client's first TLS message looked like; null: no gateway of ours ended the client's
   * connection. Envoys let nobody but a gateway say it.
   */
  public @Nullable String ja4() {
    return written(CheckNames.JA4_HEADER);
  }

  /**
   * The version of TLS that the client speaks with our gateway, such as {@code TLSv1.3}; null: as
   * above.
   */
  public @Nullable String tlsVersion() {
    return written(CheckNames.TLS_VERSION_HEADER);
  }

  /** The server that the client asked our gateway for (SNI), in lower case; null: as above. */
  public @Nullable String tlsServerName() {
    String name = written(CheckNames.TLS_SNI_HEADER);
    return name == null ? null : name.toLowerCase(Locale.ROOT);
  }

  private @Nullable String written(String header) {
    String text = headers.first(header);
    // Envoy writes a dash for what it does not know.
    return text == null || text.equals("-") ? null : text;
  }

  /**
   * The certificate of the client; null: a gateway of ours ended its connection and saw none, or
   * none did.
   */
  public @Nullable ClientCertificate clientCertificate() {
    return peer.certificate();
  }

  /** Envoy's id of the request. */
  public String id() {
    return id;
  }

  /** When the request was received. */
  public Instant receivedAt() {
    return receivedAt;
  }

  /** The method as sent. */
  public String method() {
    return line.method();
  }

  /** The path as sent: the target up to its {@code ?}. Never parsed as a URI. */
  public String rawPath() {
    int mark = line.target().indexOf('?');
    return mark < 0 ? line.target() : line.target().substring(0, mark);
  }

  /**
   * Query parameters, decoded.
   *
   * @throws MalformedRequestException when they cannot be decoded; hygiene refuses such requests
   *     before any other phase
   */
  public Pairs query() {
    Pairs read = query;
    if (read == null) {
      int mark = line.target().indexOf('?');
      read = mark < 0 ? Pairs.NONE : Pairs.ofQuery(line.target(), mark + 1);
      query = read;
    }
    return read;
  }

  /** Cookies. */
  public Pairs cookies() {
    Pairs read = cookies;
    if (read == null) {
      read = headers.contains("cookie") ? Pairs.ofCookies(headers) : Pairs.NONE;
      cookies = read;
    }
    return read;
  }
}
