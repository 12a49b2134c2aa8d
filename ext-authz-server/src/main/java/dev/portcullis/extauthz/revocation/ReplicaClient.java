// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.portcullis.codec.tls.NamedTls;
import dev.portcullis.extauthz.file.FollowedFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/** Asks and tells the replicas behind one name, each at its own address. Blocks. Thread-safe. */
final class ReplicaClient {
  private static final String PATH = "/replica/revocations";
  private static final Duration PATIENCE = Duration.ofMillis(600);

  /** More than a full page of the longest revocations. */
  private static final int MAX_ANSWER = 1 << 20;

  private final HostAndPort name;
  private final FollowedFile<NamedTls> tls;
  private final TokenFile token;

  /**
   * Makes a client.
   *
   * @param authorities who signs the replicas' certificates
   * @throws GeneralSecurityException when the file holds no certificate
   * @throws IOException when it cannot be read
   */
  ReplicaClient(HostAndPort name, Path authorities, TokenFile token)
      throws GeneralSecurityException, IOException {
    this.name = name;
    // Other authorities mean another factory: no connection and no session of before is used again.
    this.tls =
        new FollowedFile<>(
            authorities,
            "authorities of other replicas",
            System::nanoTime,
            pem -> NamedTls.to(name.getHost(), pem, authorities));
    this.token = token;
  }

  HostAndPort name() {
    return name;
  }

  /** What changed on a replica after the change with this number. */
  byte[] changes(InetAddress address, long after) throws IOException {
    HttpsURLConnection connection = connect(address, PATH + "?after=" + after);
    return answer(connection, null, 200);
  }

  /** Tells a replica. */
  void tell(InetAddress address, byte[] message) throws IOException {
    HttpsURLConnection connection = connect(address, PATH);
    connection.setRequestMethod("POST");
    answer(connection, message, 204);
  }

  /** Asks a replica something by a message. */
  byte[] ask(InetAddress address, String path, byte[] message) throws IOException {
    HttpsURLConnection connection = connect(address, path);
    connection.setRequestMethod("POST");
    return answer(connection, message, 200);
  }

  private HttpsURLConnection connect(InetAddress address, String path) throws IOException {
    URI uri =
        URI.create("https://" + InetAddresses.toUriString(address) + ":" + name.getPort() + path);
    HttpsURLConnection connection = (HttpsURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
    tls.look();
    connection.setSSLSocketFactory(tls.current());
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout((int) PATIENCE.toMillis());
    connection.setReadTimeout((int) PATIENCE.toMillis());
    connection.setRequestProperty("authorization", "Bearer " + token.read());
    return connection;
  }

  private static byte[] answer(HttpsURLConnection connection, byte @Nullable [] body, int wanted)
      throws IOException {
    if (body != null) {
      connection.setDoOutput(true);
      connection.setRequestProperty("content-type", "application/json");
      connection.setFixedLengthStreamingMode(body.length);
      connection.getOutputStream().write(body);
    }
    int status = connection.getResponseCode();
    if (status != wanted) {
      connection.disconnect();
      throw new IOException("status " + status);
    }
    try (InputStream in = connection.getInputStream()) {
      byte[] answer = in.readNBytes(MAX_ANSWER + 1);
      if (answer.length > MAX_ANSWER) {
        connection.disconnect();
        throw new IOException("an answer longer than " + MAX_ANSWER + " bytes");
      }
      return answer;
    }
  }
}
