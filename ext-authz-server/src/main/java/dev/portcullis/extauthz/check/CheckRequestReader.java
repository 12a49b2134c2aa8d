// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.ClientCertificates;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads Envoy's description of a request. Takes headers from the raw header map, in which repeated
 * ones stay apart, or else from the plain map; refuses a request that has neither, because its
 * headers would be unknown and not absent. Thread-safe.
 */
public final class CheckRequestReader {
  private final InstantSource clock;
  private final ClientCertificates certificates = new ClientCertificates();

  /** Takes the clock that each request is decided by. */
  public CheckRequestReader(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Reads what somebody asks who is neither a gateway nor knows of any.
   *
   * @throws UnreadableCheckException as {@link #read(byte[], Caller)}
   */
  public IncomingCheck read(byte[] check) throws UnreadableCheckException {
    return read(check, Caller.ANYBODY);
  }

  /**
   * Reads a {@code CheckRequest} in its wire format.
   *
   * @param caller who asks
   * @throws UnreadableCheckException when it is no such message, or describes no HTTP request, no
   *     headers or no IP address: a fault of the configuration and not of the client
   */
  public IncomingCheck read(byte[] check, Caller caller) throws UnreadableCheckException {
    CheckFields fields = new CheckFields(check);
    try {
      fields.read();
    } catch (IOException e) {
      throw new UnreadableCheckException("the check is no Protobuf message: " + e.getMessage());
    }
    if (!fields.http) {
      throw new UnreadableCheckException("the check describes no HTTP request");
    }
    Instant now = clock.instant();
    return new IncomingCheck(
        fields.route,
        new RequestContext(
            new RequestLine(
                fields.method,
                fields.path,
                withoutPort(fields.host),
                fields.scheme,
                fields.protocol),
            headers(fields),
            peer(fields, caller, now),
            fields.id.isEmpty() ? ownId() : fields.id,
            now));
  }

  private static Headers headers(CheckFields fields) throws UnreadableCheckException {
    Headers.Builder headers = fields.rawHeaders == null ? fields.joinedHeaders : fields.rawHeaders;
    if (headers == null) {
      throw new UnreadableCheckException("the check carries no headers");
    }
    return headers.build();
  }

  /**
   * Between workloads, Envoy names a peer by its certificate's URI, else a DNS name, else its
   * subject. Anything but a SPIFFE ID may be text that the certificate's owner chose: nobody's
   * identity. Where clients from outside connect, that name is not asked: the certificate itself
   * says more, and who signed it may not speak for workloads.
   */
  private Peer peer(CheckFields fields, Caller caller, Instant now)
      throws UnreadableCheckException {
    ClientCertificate certificate = certificate(fields, now);
    Principal principal =
        fields.certificate.isEmpty() && !caller.isGateway()
            ? Principal.read(fields.principal)
            : outsider(certificate, caller);
    try {
      return new Peer(
          IpAddress.parse(fields.address),
          fields.port,
          principal,
          caller.hop(principal),
          certificate);
    } catch (IllegalArgumentException e) {
      throw new UnreadableCheckException("the client's connection has no IP address");
    }
  }

  /** A connection may outlive the certificate that it began with; then it has none any more. */
  private @Nullable ClientCertificate certificate(CheckFields fields, Instant now)
      throws UnreadableCheckException {
    try {
      ClientCertificate certificate = certificates.read(fields.certificate);
      return certificate == null || certificate.notAfter().isBefore(now) ? null : certificate;
    } catch (IllegalArgumentException e) {
      throw new UnreadableCheckException("the client's certificate is none: " + e.getMessage());
    }
  }

  /**
   * Authorities for clients never speak for workloads of the gateway's own trust domain, whatever
   * they sign.
   */
  private static @Nullable Principal outsider(
      @Nullable ClientCertificate certificate, Caller caller) {
    Principal principal = certificate == null ? null : certificate.workload();
    return principal == null || caller.isOfOwnDomain(principal) ? null : principal;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon < 0 || colon < host.lastIndexOf(']') ? host : host.substring(0, colon);
  }

  /** No two requests may share an id: their charges would count once. */
  private static String ownId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
