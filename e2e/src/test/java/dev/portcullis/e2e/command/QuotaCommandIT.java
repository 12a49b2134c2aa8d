// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.Accuracy;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code portcullis quota} against two decision services that are processes of their own. */
final class QuotaCommandIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final PolicyRef POLICY = new PolicyRef("RateLimitPolicy", "shop", "orders");

  @TempDir private Path directory;
  private final int[] ports = {FreePorts.next(), FreePorts.next()};
  private ProcessGroup processes;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
    Issued issued =
        authority.issueServer(
            List.of(ServerName.parse("127.0.0.1")), Duration.ofHours(1), Clock.systemUTC());
    write("tls.crt", Pem.of(issued.chain()));
    write("tls.key", Pem.of(issued.key()));
    write("ca.crt", Pem.of(authority.certificate()));
    write("token", "a-token-of-those-who-revoke");
    Allowance daily = new Allowance.Quota(100, Allowance.Period.YEAR, ZoneOffset.UTC);
    Allowance gold = new Allowance.Quota(5000, Allowance.Period.YEAR, ZoneOffset.UTC);
    new PlanDirectory(directory.resolve("plan"))
        .writePlan(
            new PlanSnapshot(
                List.of(
                    route(
                        limit("own", daily, Map.of("gold", gold), null, "auth.client"),
                        limit(
                            "stored",
                            daily,
                            Map.of(),
                            new Sharing(Accuracy.EXACT, OnStoreFailure.LOCAL_SHARE),
                            "auth.client"))),
                List.of()));
    processes = new ProcessGroup(Files.createDirectory(directory.resolve("logs")));
    // A store that is never there.
    startReplica(0, "--valkey=redis://127.0.0.1:" + FreePorts.next());
    startReplica(1);
  }

  private static LimitSpec limit(
      String name,
      Allowance allowance,
      Map<String, Allowance> plans,
      @Nullable Sharing sharing,
      String key) {
    return new LimitSpec(
        POLICY,
        name,
        Mode.ENFORCE,
        List.of(new Expression(key)),
        List.of(),
        null,
        null,
        allowance,
        new TreeMap<>(plans),
        LimitSpec.LimitPhase.QUOTA,
        sharing);
  }

  private static GuardedRoute route(LimitSpec... limits) {
    return new GuardedRoute(
        new RouteId("shop/orders"),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        null,
        List.of(limits),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(POLICY));
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
                "--revocation-replicas=127.0.0.1:" + ports[1 - replica]));
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

  private static Run run(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int exitCode = command.execute(arguments.toArray(String[]::new));
    return new Run(exitCode, out.toString(), err.toString());
  }

  private Run quota(String... words) {
    return with("token", words);
  }

  private Run with(String token, String... words) {
    List<String> arguments = new ArrayList<>(List.of("quota"));
    arguments.addAll(List.of(words));
    arguments.addAll(
        List.of(
            "--server=https://127.0.0.1:" + ports[0],
            "--token-file=" + directory.resolve(token),
            "--ca=" + directory.resolve("ca.crt")));
    return run(arguments);
  }

  @Test
  void eachDecisionServiceSaysHowItsCounterStands() {
    // Until they know each other, each answers for itself and warns.
    await()
        .atMost(PATIENCE)
        .until(() -> quota("get", "shop/orders/own", "--client=acme").err().isEmpty());
    Run run = quota("get", "shop/orders/own", "--client=acme");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "shop/orders/own of client acme",
            "COUNTED BY        PLAN   LIMIT   USED   REMAINING   RESETS",
            "this replica      -      100     0      100         -",
            "this replica      gold   5000    0      5000        -",
            "127.0.0.1:%d   -      100     0      100         -".formatted(ports[1]),
            "127.0.0.1:%d   gold   5000    0      5000        -".formatted(ports[1]));

    Run grant = quota("grant", "shop/orders/own", "5", "--client=acme", "--reason=an outage");
    assertThat(grant.exitCode()).as(grant.err()).isZero();
    assertThat(grant.out())
        .contains("0 given back by this replica", "0 given back by 127.0.0.1:" + ports[1]);

    Run json = quota("reset", "shop/orders/own", "--key=acme", "-o", "json");
    assertThat(json.exitCode()).as(json.err()).isZero();
    assertThat(json.out())
        .contains("\"action\" : \"reset\"", "\"scope\" : \"Replica\"", "\"reached\" : 1");
  }

  @Test
  void saysWhatItCannotDo() throws IOException {
    String own = "shop/orders/own";
    assertFails(quota("get", "shop/orders/wrong", "--client=a"), 1, "there are shop/orders/own");
    assertFails(quota("get", "orders", "--client=a"), 1, "NAMESPACE/POLICY/LIMIT");
    assertFails(quota("get", own), 2, "--client");
    assertFails(quota("get", own, "--client=a", "--address=192.0.2.1"), 2, "mutually exclusive");
    assertFails(quota("get", own, "--address=x"), 1, "IPv4 or IPv6");
    assertFails(quota("get", own, "--key=a", "--key=b"), 1, "auth.client");
    assertFails(quota("get", own, "--client=" + "x".repeat(1025)), 1, "longer than 1024");
    assertFails(quota("grant", own, "--client=a"), 2, "N");
    assertFails(quota("grant", own, "many", "--client=a"), 2, "many");
    assertFails(quota("grant", own, "0", "--client=a"), 1, "units must be");
    assertFails(quota("reset", own, "--client=a", "--plan=tin"), 1, "no allowance");
    assertFails(quota("reset", "shop/orders/stored", "--client=a"), 3, "there is no shared store");
    assertFails(run(List.of("quota", "get", own, "--client=a")), 1, "--server and --token-file");
    write("other", "a-token-of-somebody-else");
    assertFails(with("other", "get", own, "--client=a"), 1, "the bearer token is missing or wrong");
  }

  private static void assertFails(Run run, int exitCode, String why) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1).first().asString().contains(why);
  }
}
