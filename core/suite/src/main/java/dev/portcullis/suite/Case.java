// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request, or several equal ones, and what is wanted.
 *
 * @param line on which it stands in its file, from 1
 * @param service {@code namespace/name}
 * @param repeat how often the request is sent; each must meet the expectation
 * @param layers where the case can be asked; all, unless it needs what only some have (such as
 *     bytes on the wire)
 */
public record Case(
    String name,
    int line,
    String service,
    int repeat,
    Request request,
    Expectation expect,
    Set<Layer> layers) {

  /** What is put to the test. */
  public enum Layer {
    ENGINE,
    GRPC,
    ENVOY
  }

  /**
   * A request as a client sends it.
   *
   * @param path with its query, exactly as it goes over the wire
   * @param headers in order, duplicates kept
   * @param from the address of the peer; through Envoy it is loopback's
   * @param principal who Envoy says the peer is, right or wrong; empty: nobody. Only where the
   *     connection need not prove it
   * @param certificate that the client shows to a gateway, signed by an authority that it trusts;
   *     null: none
   * @param body UTF-8 text; empty for none
   */
  public record Request(
      String method,
      String path,
      String host,
      String protocol,
      List<Header> headers,
      String from,
      String principal,
      @Nullable Certificate certificate,
      String body) {

    public Request {
      headers = List.copyOf(headers);
    }

    /** Whether a header says by itself how long the body is, rightly or not. */
    public boolean framed() {
      return headers.stream()
          .anyMatch(header ->
              header.name().equalsIgnoreCase("content-length")
                  || header.name().equalsIgnoreCase("transfer-encoding"));
    }

    /** The body as it goes over the wire. */
    public byte[] bodyBytes() {
      return WireText.bytes(body);
    }
  }

  /**
   * What a client's certificate names.
   *
   * @param dnsNames of its alternative names, in their order
   * @param uris likewise
   * @param holder of the suite, whose certificate is shown; null: some key's
   * @param issued what the client shows; null: the request is not {@linkplain
   *     Fixtures#fill(Case.Request) filled} yet
   */
  public record Certificate(
      List<String> dnsNames, List<String> uris, @Nullable String holder, @Nullable Issued issued) {

    public Certificate {
      dnsNames = List.copyOf(dnsNames);
      uris = List.copyOf(uris);
    }
  }

  /** A certificate with its key. */
  public record Issued(X509Certificate certificate, PrivateKey key) {

    /** Shows no key. */
    @Override
    public String toString() {
      return "Issued[" + certificate.getSubjectX500Principal() + "]";
    }
  }

  /** One header line. */
  public record Header(String name, String value) {}
}
