// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.Main;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.parts.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code portcullis revoke} against two decision services that are processes of their own. */
final class RevokeCommandIT {
  private static final String ISSUER = "https://idp.example.com/";
  private static final String NAME = "ext-authz.portcullis-system.svc";

  @TempDir private Path directory;
  private final int[] ports = {FreePorts.next(), FreePorts.next(), FreePorts.next()};
  private ProcessGroup processes;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
    Issued issued =
        authority.issueServer(
            List.of(ServerName.parse(NAME), ServerName.parse("127.0.0.1")),
            Duration.ofHours(1),
            Clock.systemUTC());
    write("tls.crt", Pem.of(issued.chain()));
    write("tls.key", Pem.of(issued.key()));
    write("ca.crt", Pem.of(authority.certificate()));
    write("token", "a-token-of-those-who-revoke");
    new PlanDirectory(directory.resolve("plan")).writePlan(new PlanSnapshot(List.of(), List.of()));
    processes = new ProcessGroup(Files.createDirectory(directory.resolve("logs")));
    startReplica(0);
    startReplica(1);
  }

  private void startReplica(int replica, String... more) {
    int admin = FreePorts.next();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Objects.requireNonNull(System.getProperty("java.class.path")),
                dev.portcullis.extauthz.Main.class.getName(),
                "--listen=127.0.0.1:" + FreePorts.next(),
                "--admin=127.0.0.1:" + admin,
                "--plan-dir=" + directory.resolve("plan"),
                "--native-crypto=off",
                "--revocation-listen=127.0.0.1:" + ports[replica],
                "--revocation-certificate=" + directory.resolve("tls.crt"),
                "--revocation-key=" + directory.resolve("tls.key"),
                "--revocation-ca=" + directory.resolve("ca.crt"),
                "--revocation-token-file=" + directory.resolve("token"),
                "--revocation-replicas=127.0.0.1:" + ports[replica == 0 ? 1 : 0]));
    command.addAll(List.of(more));
    processes.start("ext-authz-" + replica, command, () -> Answers.ready(admin));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  @AfterEach
  void stop() {
    processes.close();
  }

  private Run revoke(String what, String... more) {
    List<String> arguments = new ArrayList<>(List.of("revoke", what));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int exitCode = command.execute(arguments.toArray(String[]::new));
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** Options that are not said again reach the replica. */
  private Run at(int replica, String what, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    for (String each :
        List.of(
            "--server=https://127.0.0.1:" + ports[replica],
            "--token-file=" + directory.resolve("token"),
            "--ca=" + directory.resolve("ca.crt"),
            "--tls-server-name=" + NAME)) {
      String name = each.substring(0, each.indexOf('=') + 1);
      if (arguments.stream().noneMatch(one -> one.startsWith(name))) {
        arguments.add(each);
      }
    }
    return revoke(what, arguments.toArray(String[]::new));
  }

  @Test
  void revokesOnBothAndUndoes() {
    Run run = at(0, "token", "t1", "--issuer=" + ISSUER, "--expires=2h", "--reason=lost");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("the token is revoked until ");
    assertThat(run.out()).endsWith("2 of 2 decision services know it" + System.lineSeparator());

    // The other one was told: it can withdraw what it was not asked for.
    Run undone = at(1, "token", "t1", "--issuer=" + ISSUER, "--undo", "--output=json");
    assertThat(undone.exitCode()).as(undone.err()).isZero();
    assertThat(undone.out()).contains("\"revoked\" : false").contains("\"reached\" : 1");

    for (List<String> each :
        List.of(
            List.of("session", "s1", "--issuer=" + ISSUER),
            List.of("subject", "ann", "--issuer=" + ISSUER),
            List.of("key", "K1", "-n", "shop"))) {
      Run other = at(1, each.getFirst(), each.subList(1, each.size()).toArray(String[]::new));
      assertThat(other.exitCode()).as(other.err()).isZero();
      assertThat(other.out()).contains("2 of 2");
    }
  }

  @Test
  void saysWhenTheSharedStoreDoesNotHaveIt() {
    startReplica(2, "--valkey=redis://127.0.0.1:" + FreePorts.next());

    Run run = at(2, "token", "t1", "--issuer=" + ISSUER, "--output=json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"revoked\" : true").contains("\"stored\" : false");
    assertThat(run.err()).contains("warning: the shared store does not have it yet");
  }

  /** Fewer than the port has connections: the others get in, and the silent ones are hung up on. */
  @Test
  void whoSaysNothingKeepsNobodyOut() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[0]);
        socket.setSoTimeout(30_000);
        silent.add(socket);
        if (i % 2 == 0) {
          // The first byte of a handshake.
          socket.getOutputStream().write(0x16);
        }
      }

      Run run = at(0, "token", "t1", "--issuer=" + ISSUER);

      assertThat(run.exitCode()).as(run.err()).isZero();
      for (Socket socket : silent) {
        assertThat(hungUpOn(socket)).isTrue();
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static boolean hungUpOn(Socket socket) throws IOException {
    try {
      // An alert may come first.
      return socket.getInputStream().readAllBytes().length < 100;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void saysWhatItCannotDo() throws IOException {
    String issuer = "--issuer=" + ISSUER;
    assertFails(at(0, "token", "t1", issuer, "--undo"), 1, "there is no such revocation");
    assertFails(at(0, "token", "t1", issuer, "--expires=9y"), 1, "400 days");
    assertFails(at(0, "token", "t1", issuer, "--expires=never"), 1, "not for ever");
    assertFails(at(0, "token", "t1"), 2, "--issuer");
    assertFails(revoke("token", "t1", issuer), 1, "--server and --token-file");
    assertFails(at(0, "token", "t1", issuer, "--server=http://x:1"), 1, "https://HOST:PORT");
    assertFails(at(0, "token", "t1", issuer, "--token-file=nowhere"), 3, "nowhere");
    assertFails(
        at(0, "token", "t1", issuer, "--server=https://127.0.0.1:" + FreePorts.next()),
        3,
        "cannot reach the revocation port");
    assertFails(at(0, "token", "t1", issuer, "--tls-server-name=example.com"), 3, "example.com");
    write("other", "a-token-of-somebody-else");
    assertFails(
        at(0, "token", "t1", issuer, "--token-file=" + directory.resolve("other")),
        1,
        "the bearer token is missing or wrong");
  }

  private static void assertFails(Run run, int exitCode, String why) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1).first().asString().contains(why);
  }
}
