// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.envoy.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether something on loopback answers. */
public final class Answers {
  private Answers() {}

  /** Whether somebody listens on a port of 127.0.0.1. */
  public static boolean onPort(int port) {
    return on(new HostPort("127.0.0.1", port));
  }

  /**
   * Whether somebody listens.
   *
   * @param listen an address and not a name; the unspecified one stands for loopback
   */
  public static boolean on(HostPort listen) {
    try (Socket socket = new Socket(reachable(listen), listen.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether {@code /readyz} of a port of 127.0.0.1 says 200. */
  public static boolean ready(int port) throws InterruptedException {
    return ready(new HostPort("127.0.0.1", port));
  }

  /**
   * Whether {@code /readyz} says 200.
   *
   * @param admin an address and not a name; the unspecified one stands for loopback
   */
  public static boolean ready(HostPort admin) throws InterruptedException {
    HostPort at = new HostPort(reachable(admin).getHostAddress(), admin.port());
    HttpResponse<String> answer = get("http://" + at + "/readyz");
    return answer != null && answer.statusCode() == 200;
  }

  /**
   * Whether an Envoy has found a healthy member of a cluster.
   *
   * @param admin port of its admin interface on 127.0.0.1
   */
  public static boolean healthy(int admin, String cluster) throws InterruptedException {
    String stat = "cluster." + cluster + ".membership_healthy";
    HttpResponse<String> answer = get("http://127.0.0.1:" + admin + "/stats?filter=" + stat);
    return answer != null && answer.body().strip().matches(stat + ": [1-9][0-9]*");
  }

  private static @Nullable HttpResponse<String> get(String uri) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(2)).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      return null;
    }
  }

  /** Where a client finds what listens: nobody can connect to 0.0.0.0 or [::] as such. */
  private static InetAddress reachable(HostPort listen) {
    InetAddress address = InetAddress.ofLiteral(listen.host());
    return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
  }
}
