// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends bytes as they are and reads one HTTP/1.1 response. A client library would normalise, refuse
 * or repair most of what an attacker sends.
 */
public final class RawHttp {
  private static final String HEAD = "HEAD ";
  private static final int MAX_RESPONSE = 4 << 20;

  private RawHttp() {}

  /**
   * A response.
   *
   * @param headers names in lower case, duplicates joined by {@code ", "}
   */
  public record Response(int status, Map<String, String> headers, String body) {}

  /**
   * Sends a request that asks for the connection to be closed.
   *
   * @param from local address to send from; a loopback one
   * @throws IOException when nobody answers in time, or with something that is not HTTP
   */
  public static Response exchange(
      InetSocketAddress to, InetAddress from, byte[] request, Duration limit) throws IOException {
    return exchange(to, from, request, limit, null);
  }

  /**
   * The same over TLS, unless there is nothing to make it with.
   *
   * @param tls null: without TLS
   */
  static Response exchange(
      InetSocketAddress to,
      InetAddress from,
      byte[] request,
      Duration limit,
      @Nullable SSLSocketFactory tls)
      throws IOException {
    try (Socket plain = new Socket()) {
      plain.bind(new InetSocketAddress(from, 0));
      plain.connect(to, (int) limit.toMillis());
      plain.setSoTimeout((int) limit.toMillis());
      try (Socket socket =
          tls == null ? plain : tls.createSocket(plain, to.getHostString(), to.getPort(), true)) {
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
        return parse(readAll(socket), isHead(request));
      }
    }
  }

  private static byte[] readAll(Socket socket) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    int read;
    while ((read = socket.getInputStream().read(buffer)) >= 0) {
      bytes.write(buffer, 0, read);
      if (bytes.size() > MAX_RESPONSE) {
        throw new IOException("the response is larger than 4 MiB");
      }
    }
    return bytes.toByteArray();
  }

  /** Of its answer the headers speak of a body that is not there (RFC 9110 section 9.3.2). */
  private static boolean isHead(byte[] request) {
    return request.length > HEAD.length()
        && new String(request, 0, HEAD.length(), StandardCharsets.ISO_8859_1).equals(HEAD);
  }

  private static Response parse(byte[] bytes, boolean head) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.") || end < 12) {
      throw new IOException(
          "not an HTTP/1.1 response: " + text.lines().findFirst().orElse("(nothing)"));
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line : text.substring(0, end).split("\r\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.startsWith("HTTP/1.")) {
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
      }
    }
    String body = text.substring(end + 4);
    if (!head && "chunked".equals(headers.get("transfer-encoding"))) {
      body = unchunk(body);
    }
    byte[] raw = body.getBytes(StandardCharsets.ISO_8859_1);
    int status = number(text.substring(9, 12), 10);
    return new Response(status, headers, new String(raw, StandardCharsets.UTF_8));
  }

  private static String unchunk(String body) throws IOException {
    StringBuilder whole = new StringBuilder();
    int at = 0;
    while (true) {
      int line = body.indexOf("\r\n", at);
      if (line < 0) {
        throw new IOException("a chunked response was cut off");
      }
      // Behind a semicolon a chunk may carry extensions, which say nothing to us.
      int size = number(body.substring(at, line).split(";", 2)[0].strip(), 16);
      if (size == 0) {
        return whole.toString();
      }
      if (size < 0 || size > body.length() - line - 2) {
        throw new IOException("a chunked response was cut off");
      }
      whole.append(body, line + 2, line + 2 + size);
      at = line + 2 + size + 2;
    }
  }

  private static int number(String text, int radix) throws IOException {
    try {
      return Integer.parseInt(text, radix);
    } catch (NumberFormatException e) {
      throw new IOException("not an HTTP/1.1 response: " + text + " is not a number", e);
    }
  }
}
