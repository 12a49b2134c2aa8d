// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawHttpTest {
  private static final byte[] REQUEST =
      "GET /a//..%2f HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @Test
  void sendsBytesAsTheyAre() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> received =
          CompletableFuture.supplyAsync(() -> serve(server, "HTTP/1.1 204 No Content\r\n\r\n"));
      assertThat(exchange(server).status()).isEqualTo(204);
      assertThat(received.get()).isEqualTo(REQUEST);
    }
  }

  @Test
  void joinsHeadersOfOneNameInLowerCase() throws IOException {
    RawHttp.Response response =
        answering("HTTP/1.1 401 Unauthorized\r\nA: 1\r\nX-Y:  z \r\na: 2\r\n\r\nbody ü");
    assertThat(response.status()).isEqualTo(401);
    assertThat(response.headers()).containsEntry("a", "1, 2").containsEntry("x-y", "z").hasSize(2);
    assertThat(response.body()).isEqualTo("body ü");
  }

  @Test
  void joinsChunks() throws IOException {
    String head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    assertThat(answering(head + "4\r\nabcd\r\na;x=y\r\n0123456789\r\n0\r\n\r\n").body())
        .isEqualTo("abcd0123456789");
  }

  @Test
  void anAnswerToHeadHasNoBody() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var _ =
          CompletableFuture.supplyAsync(
              () -> serve(server, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"));
      // As long as the other: so much is read before there is an answer.
      byte[] head = "HEAD /a/..%2f HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      assertThat(head).hasSameSizeAs(REQUEST);
      RawHttp.Response response = exchange(server, head);
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"
      })
  void refusesWhatIsNotAWholeResponse(String response) {
    assertThatThrownBy(() -> answering(response)).isInstanceOf(IOException.class);
  }

  private static RawHttp.Response answering(String response) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var _ = CompletableFuture.supplyAsync(() -> serve(server, response));
      return exchange(server);
    }
  }

  private static RawHttp.Response exchange(ServerSocket server) throws IOException {
    return exchange(server, REQUEST);
  }

  private static RawHttp.Response exchange(ServerSocket server, byte[] request) throws IOException {
    return RawHttp.exchange(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()),
        InetAddress.getLoopbackAddress(),
        request,
        Duration.ofSeconds(10));
  }

  private static byte[] serve(ServerSocket server, String response) {
    try (Socket socket = server.accept()) {
      byte[] received = socket.getInputStream().readNBytes(REQUEST.length);
      socket.getOutputStream().write(response.getBytes(StandardCharsets.UTF_8));
      return received;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
