// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the gateway refuses before it starts anything. */
class GatewayCommandTest {
  private static final String EXAMPLE = Home.directory().resolve("examples/gateway").toString();
  private static final String SERVICE = "shop/orders=127.0.0.1:9000";
  private static final String LISTEN = "127.0.0.1:8080";

  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("wrongUsage")
  void saysInOneLineWhatIsWrongWithTheArguments(List<String> arguments, String why) {
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint())
        .startsWith("portcullis: error: ")
        .contains(why)
        .endsWith("; see portcullis gateway --help");
  }

  static Stream<Arguments> wrongUsage() {
    return Stream.of(
        wrong("'--service=NS/NAME=HOST:PORT'", "gateway", "--policies", EXAMPLE),
        wrong(
            "Missing required parameter for option '--service'",
            "gateway",
            "--policies",
            EXAMPLE,
            "--listen",
            LISTEN,
            "--service"),
        wrong("\"orders\" is not NAMESPACE/NAME=HOST:PORT", gateway("orders", LISTEN)),
        wrong("such as shop/orders=127.0.0.1:9000", gateway("shop/orders=127.0.0.1", LISTEN)),
        wrong("is a name, not an IP address; write", gateway(SERVICE, "localhost:8080")),
        wrong("write IP:PORT, such as 127.0.0.1:8080", gateway(SERVICE, "127.0.0.1")),
        wrong("not an IP address: 300.1.1.1", gateway(SERVICE, "300.1.1.1:8080")),
        wrong("not a port (1 to 65535): 70000", gateway(SERVICE, "127.0.0.1:70000")),
        wrong("localhost is a name", gateway(SERVICE, LISTEN, "--admin", "localhost:1")),
        wrong("--listen and --admin are both", gateway(SERVICE, LISTEN, "--admin", LISTEN)),
        wrong(
            "names shop/orders twice",
            gateway(SERVICE, LISTEN, "--service", "shop/orders=127.0.0.1:9001")));
  }

  private static Arguments wrong(String why, String... arguments) {
    return Arguments.of(List.of(arguments), why);
  }

  private static String[] gateway(String service, String listen, String... more) {
    return Stream.concat(
            Stream.of("gateway", "--policies", EXAMPLE, "--service", service, "--listen", listen),
            Stream.of(more))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("errors")
  void startsNothingWithPoliciesThatHaveAnError(BadPolicies bad) {
    Path file = bad.in(directory);
    CommandRun run = guarding(file.toString(), "127.0.0.1:" + FreePorts.next());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.errLines().getFirst())
        .startsWith(file + bad.place() + ": error[" + bad.code() + "]: ")
        .contains(bad.says(), "; fix: ", bad.fix());
    assertThat(run.errLines().getLast())
        .isEqualTo("portcullis: error: the policies have errors; nothing was started");
  }

  static Stream<BadPolicies> errors() {
    return Stream.concat(ValidateCommandTest.errors(), Stream.of(BadPolicies.DANGLING));
  }

  @Test
  void startsNothingWithoutTheDirectory() {
    String missing = directory.resolve("missing").toString();
    CommandRun run = guarding(missing, "127.0.0.1:" + FreePorts.next());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith(missing + ": error[PC1001]: there is no such file; fix: check the path");
  }

  @Test
  void saysThatThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String listen = "127.0.0.1:" + taken.getLocalPort();
      CommandRun run = guarding(EXAMPLE, listen);
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.errLines().getLast())
          .startsWith("portcullis: error: cannot listen on " + listen)
          .contains("choose another --listen, or end what listens there");
    }
  }

  @Test
  void saysThatTheAdminPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String admin = "127.0.0.1:" + taken.getLocalPort();
      CommandRun run =
          CommandRun.of(gateway(SERVICE, "127.0.0.1:" + FreePorts.next(), "--admin", admin));
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.errLines().getLast())
          .startsWith("portcullis: error: cannot listen on " + admin)
          .contains("choose another --admin");
    }
  }

  @Test
  void saysThatTheAddressIsNotOfThisMachine() {
    CommandRun run = guarding(EXAMPLE, "192.0.2.1:8080");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errLines().getLast())
        .startsWith("portcullis: error: cannot listen on 192.0.2.1:8080");
  }

  private static CommandRun guarding(String policies, String listen) {
    return CommandRun.of(
        "gateway", "--policies", policies, "--service", SERVICE, "--listen", listen);
  }
}
