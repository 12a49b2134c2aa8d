// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;

/**
 * HTTP/1.1 as bytes: well-behaved clients cannot send what attackers do. One connection; not
 * thread-safe.
 */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(port, InetAddress.getLoopbackAddress());
  }

  /** From another address of loopback. */
  RawClient(int port, InetAddress from) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  /** Sends one request on a connection of its own and reads the answer. */
  static String exchange(int port, String request) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(request);
      return client.response();
    }
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** One answer as text: head, empty line, body (its chunks put together). */
  String response() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) octet());
    }
    String lower = head.toString().toLowerCase(Locale.ROOT);
    if (lower.contains("transfer-encoding: chunked")) {
      return head + chunks();
    }
    int at = lower.indexOf("content-length: ");
    if (at < 0) {
      return head.toString();
    }
    int length = Integer.parseInt(lower.substring(at + 16, lower.indexOf('\r', at)));
    return head + new String(in.readNBytes(length), ISO_8859_1);
  }

  /** The next bytes, whatever they are. */
  String read(int length) throws IOException {
    return new String(in.readNBytes(length), ISO_8859_1);
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      body.append(read(size));
      line();
      if (size == 0) {
        return body.toString();
      }
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int octet = octet();
      if (octet == '\n') {
        return line.toString().strip();
      }
      line.append((char) octet);
    }
  }

  private int octet() throws IOException {
    int octet = in.read();
    if (octet < 0) {
      throw new IOException("the connection ended within an answer");
    }
    return octet;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
