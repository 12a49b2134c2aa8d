// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an HTTP/1.1 response. Whoever answers may be anybody, so it is read no further than
 * {@value #MAX_BYTES} bytes, and the body not at all.
 *
 * @param headers by names in lower case; of several of one name the first
 */
record HttpHead(int status, Map<String, String> headers) {
  private static final int MAX_BYTES = 16_384;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");

  /** Asks for a path, and says that nothing more will be asked. */
  static void request(OutputStream out, String host, String path) throws IOException {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nhost: "
            + host
            + "\r\nuser-agent: portcullis-operator\r\nconnection: close\r\n\r\n";
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /**
   * Reads what was answered.
   *
   * @throws IOException when it is no HTTP, or is not there
   */
  static HttpHead read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended before an answer");
      }
      if (head.length() == MAX_BYTES) {
        throw new IOException("an answer without end");
      }
      head.append((char) next);
    }
    String[] lines = head.toString().split("\r\n", -1);
    Matcher status = STATUS.matcher(lines[0]);
    if (!status.matches()) {
      throw new IOException("the answer is no HTTP");
    }
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.putIfAbsent(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
    }
    return new HttpHead(Integer.parseInt(status.group(1)), headers);
  }
}
