// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.RenewingCertificate;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.inject.CaBundles;
import dev.portcullis.operator.inject.NamespaceReader;
import dev.portcullis.operator.inject.PodAdmission;
import dev.portcullis.operator.inject.WebhookIdentity;
import dev.portcullis.operator.inject.WebhookServer;
import dev.portcullis.operator.inject.WebhookSettings;
import dev.portcullis.operator.inject.pod.GoldenPods;
import dev.portcullis.operator.inject.pod.InjectionRequest;
import dev.portcullis.operator.inject.pod.InjectionResult;
import dev.portcullis.operator.inject.pod.InjectionSettings;
import dev.portcullis.operator.inject.pod.PodInjector;
import dev.portcullis.parts.CommandResult;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import dev.portcullis.policy.identity.SpiffeId;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API server does with pods and policies when the operator's webhooks are installed. */
class AdmissionIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final InjectionSettings INJECTION =
      InjectionSettings.of(
          "default",
          "registry.example/portcullis/proxy:1.0.0",
          HostPort.parse("operator.portcullis-system.svc:18000"));
  private static final InjectionSettings BEFORE =
      InjectionSettings.of(
          "before",
          "registry.example/portcullis/proxy:0.9.0",
          HostPort.parse("operator.portcullis-system.svc:18000"));
  private static final String PLAIN =
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "plain-"},
       "spec": {"containers": [{"name": "app", "image": "registry.example/web:1"}]}}
      """;

  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: %1$s, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: %1$s}]
        authentication: {methods: [{name: public, anonymous: {}}]}
        authorization: {rules: [{name: only, when: '%2$s'}]}
      """;

  private static final int PORT = FreePorts.next();
  private static Cluster cluster;
  private RunningOperator operator;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = new Cluster();
    cluster.api.kubectl("create", "namespace", "open").orThrow();
    cluster.api.kubectl("label", "namespace", "shop", "portcullis.dev/inject=enabled").orThrow();
    cluster.apply(webhooks());
  }

  /** The installed objects, but for where the API server reaches the operator. */
  private static String webhooks() throws IOException {
    String installed =
        Files.readString(Home.directory().resolve("charts/portcullis/install/webhooks.yaml"));
    String here =
        installed.replaceAll(
            "service: \\{namespace: portcullis-system, name: operator, port: 443, path: (.*)}",
            "url: https://127.0.0.1:" + PORT + "$1");
    assertThat(here).contains("/inject").doesNotContain("service: {");
    return here;
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void startOperator() {
    operator =
        RunningOperator.start(
            cluster.config(
                cluster.operatorKubeconfig(),
                new WebhookSettings(new HostPort("127.0.0.1", PORT), List.of(BEFORE, INJECTION))));
    await().atMost(PATIENCE).untilAsserted(AdmissionIT::admitsPods);
    await()
        .atMost(PATIENCE)
        .until(() -> applyDry(POLICY.formatted("orders", "nonsense(")).exitCode() != 0);
  }

  private static void admitsPods() {
    CommandResult result = create("shop", PLAIN);
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  @AfterEach
  void stopOperator() {
    operator.close();
  }

  /** No admission plugin gives pods their ServiceAccount here, so they say it themselves. */
  private static CommandResult create(String namespace, String pod) {
    String named = pod.replaceFirst("\"spec\" ?: ?\\{", "$0\"serviceAccountName\": \"default\",");
    return cluster.api.kubectlReading(
        named,
        "-n",
        namespace,
        "create",
        "--validate=false",
        "--dry-run=server",
        "-o",
        "json",
        "-f",
        "-");
  }

  private static JsonNode created(CommandResult result) throws IOException {
    String output = result.orThrow();
    return JSON.readTree(output.substring(output.indexOf("{\n")));
  }

  /** What the API server made of it, with all that it fills in, needs no patch. */
  @ParameterizedTest
  @MethodSource("goldenPods")
  void injectsGoldenPods(String name) throws IOException {
    InjectionRequest golden = GoldenPods.request(name);
    ((ObjectNode) golden.pod().path("metadata")).remove("ownerReferences");
    golden
        .namespaceAnnotations()
        .forEach((key, value) ->
            cluster.api.kubectl("annotate", "namespace", "shop", key + "=" + value).orThrow());

    JsonNode pod = created(create("shop", golden.pod().toString()));

    golden
        .namespaceAnnotations()
        .keySet()
        .forEach(key -> cluster.api.kubectl("annotate", "namespace", "shop", key + "-").orThrow());
    assertThat(pod.at("/metadata/labels").path("portcullis.dev/sidecar").asText()).isNotEmpty();
    InjectionResult again =
        new PodInjector(INJECTION)
            .inject(
                new InjectionRequest(
                    pod, golden.namespaceAnnotations(), "another-word-than-before"));
    assertThat(again)
        .isInstanceOfSatisfying(
            InjectionResult.Injected.class,
            injected -> assertThat(injected.patch()).isEqualTo(empty()));
  }

  private static ArrayNode empty() {
    return JSON.createArrayNode();
  }

  private static Stream<String> goldenPods() throws IOException {
    return GoldenPods.cases().stream()
        .filter(name -> name.startsWith("redirect") || name.startsWith("rewrite"));
  }

  @Test
  void keepsFieldsThatNoClientKnows() throws IOException {
    JsonNode pod =
        created(
            create(
                "shop",
                """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "new"},
                 "spec": {"containers": [{"name": "app", "image": "registry.example/web:1",
                   "restartPolicy": "Never",
                   "restartPolicyRules": [{"action": "Restart",
                     "exitCodes": {"operator": "In", "values": [42]}}]}]}}
                """));
    assertThat(pod.at("/spec/containers/0/restartPolicyRules/0/exitCodes/values/0").asInt())
        .isEqualTo(42);
  }

  @Test
  void saysWhyAPodIsRefused() {
    CommandResult result =
        create(
            "shop",
            PLAIN.replace(
                "\"name\": \"app\",",
                "\"name\": \"app\", \"securityContext\": {\"runAsUser\": 1337},"));
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.output())
        .contains("no sidecar for this pod")
        .contains("runs as user 1337, which is the sidecar's");
  }

  @ParameterizedTest
  @CsvSource({"before, before, 0.9.0", "default, default, 1.0.0"})
  void givesPodsTheSidecarOfTheirNamespacesRevision(String asked, String revision, String tag)
      throws IOException {
    enrol("by-revision", asked);

    JsonNode pod = created(create("by-revision", PLAIN));

    assertThat(pod.at("/metadata/labels/portcullis.dev~1revision").asText()).isEqualTo(revision);
    assertThat(pod.at("/spec/initContainers"))
        .hasSize(2)
        .allSatisfy(container -> assertThat(container.path("image").asText()).endsWith(":" + tag));
  }

  /** Its pods would be unguarded, and nobody would have asked for that. */
  @Test
  void refusesPodsOfARevisionThatIsNotThere() {
    enrol("mistaken", "befor");

    CommandResult result = create("mistaken", PLAIN);

    assertThat(result.exitCode()).isNotZero();
    assertThat(result.output())
        .contains("namespace mistaken is labelled portcullis.dev/revision: befor")
        .contains("the revisions here are before, default");
  }

  @Test
  void leavesItToPodsWhereTheirNamespaceDoes() throws IOException {
    label("undecided", "inject", "pods");
    String asking =
        PLAIN.replace(
            "\"generateName\": \"plain-\"",
            "\"generateName\": \"plain-\", \"labels\": {\"portcullis.dev/inject\": \"enabled\"}");

    assertThat(created(create("undecided", asking)).at("/spec/initContainers")).hasSize(2);
    assertThat(created(create("undecided", PLAIN)).at("/spec/initContainers").isMissingNode())
        .isTrue();
  }

  private static void enrol(String namespace, String revision) {
    label(namespace, "revision", revision);
  }

  private static void label(String namespace, String label, String value) {
    cluster.apply(
        """
        {"apiVersion": "v1", "kind": "Namespace",
         "metadata": {"name": "%s", "labels": {"portcullis.dev/%s": "%s"}}}
        """
            .formatted(namespace, label, value));
  }

  @Test
  void warnsOfAPodThatCannotBeGuarded() throws IOException {
    CommandResult result =
        create("shop", PLAIN.replace("\"spec\": {", "\"spec\": {\"hostNetwork\": true, "));
    assertThat(created(result).at("/spec/initContainers").isMissingNode()).isTrue();
    assertThat(result.output()).contains("Warning: no sidecar: the pod uses its node's network");
  }

  @Test
  void leavesOtherNamespacesAndOptedOutPodsAlone() throws IOException {
    assertThat(created(create("open", PLAIN)).at("/spec/initContainers").isMissingNode()).isTrue();
    String optedOut =
        PLAIN.replace(
            "\"generateName\": \"plain-\"",
            "\"generateName\": \"plain-\", \"labels\": {\"portcullis.dev/inject\": \"disabled\"}");
    assertThat(created(create("shop", optedOut)).at("/spec/initContainers").isMissingNode())
        .isTrue();
  }

  @Test
  void refusesPodsOfEnrolledNamespacesAloneWhileNobodyAnswers() throws IOException {
    operator.close();

    CommandResult result = create("shop", PLAIN);

    assertThat(result.exitCode()).isNotZero();
    assertThat(result.output())
        .contains("failed calling webhook \"enrolled.inject.portcullis.dev\"");
    assertThat(created(create("open", PLAIN)).at("/metadata/generateName").asText())
        .isEqualTo("plain-");
  }

  @Test
  void tellsWhomToTrustAgainWhenThatIsLost() {
    cluster
        .api
        .kubectl(
            "patch",
            "mutatingwebhookconfiguration",
            "portcullis-inject",
            "--type=json",
            "-p",
            "[{\"op\":\"remove\",\"path\":\"/webhooks/0/clientConfig/caBundle\"}]")
        .orThrow();
    assertThat(create("shop", PLAIN).output()).contains("x509: certificate signed by unknown");
    await().atMost(PATIENCE).untilAsserted(AdmissionIT::admitsPods);
  }

  @Test
  void saysWhatValidateSaysOfABrokenPolicy() {
    CommandResult result = applyDry(POLICY.formatted("orders", "claims.sub =="));
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.output())
        .contains("admission webhook \"validate.portcullis.dev\" denied the request")
        .contains("error[PC3001]")
        .contains("$.spec.authorization")
        .contains("fix: ");
  }

  @Test
  void warnsOfWhatAPolicyWaitsFor() {
    CommandResult result = applyDry(POLICY.formatted("not-yet", "1 == 1"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("Warning: ").contains("PC5001").contains("not-yet");
  }

  @Test
  void storesPoliciesAsTheyAre() {
    cluster.apply(POLICY.formatted("stored", "1 == 1"));
    String patch = "{\"metadata\":{\"labels\":{\"team\":\"shop\"}}}";
    assertThat(
            cluster.api.kubectl(
                "-n", "shop", "patch", "apipol", "stored", "--type=merge", "-p", patch))
        .satisfies(result -> assertThat(result.exitCode()).as(result.output()).isZero());
    assertThat(applyDry(POLICY.formatted("stored", "nonsense(")).exitCode()).isNotZero();
    cluster.api.kubectl("-n", "shop", "delete", "apipol", "stored").orThrow();
  }

  private static CommandResult applyDry(String policy) {
    return cluster.api.kubectlReading(policy, "apply", "--dry-run=server", "-f", "-");
  }

  /** First the next root is trusted, then it signs, then the old one is forgotten. */
  @Test
  void goesOnWhileTheAuthorityIsReplaced() throws Exception {
    operator.close();
    Clock clock = Clock.systemUTC();
    CertificateAuthority old = CertificateAuthority.create(clock);
    CertificateAuthority next = CertificateAuthority.create(clock);
    CurrentTrust trust = new CurrentTrust(Trust.in(old));
    RenewingCertificate certificate =
        new RenewingCertificate(
            trust,
            List.of(ServerName.parse("127.0.0.1")),
            new SpiffeId("cluster.local", "portcullis-system", "operator"),
            clock);
    trust.listen(certificate::renewIfDue);
    WebhookIdentity identity =
        new WebhookIdentity(certificate.keyManager(), () -> trust.get().rootsPem());
    try (KubernetesClient client = KubernetesAccess.client(cluster.operatorKubeconfig());
        WebhookServer _ =
            new WebhookServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT),
                identity,
                Map.of("/inject", new PodAdmission(List.of(INJECTION), NamespaceReader.of(client))),
                new SimpleMeterRegistry());
        CaBundles _ = new CaBundles(client, identity.roots(), Leadership.ALONE)) {
      await().atMost(PATIENCE).untilAsserted(AdmissionIT::admitsPods);

      List<X509Certificate> both = List.of(old.certificate(), next.certificate());
      trust.set(new Trust(old, both));
      admitsPods();
      await().atMost(PATIENCE).until(() -> bundle().equals(Pem.of(both)));
      trust.set(new Trust(next, both));
      assertThat(shownCertificate().getIssuerX500Principal())
          .isEqualTo(next.certificate().getSubjectX500Principal());
      shownCertificate().verify(next.certificate().getPublicKey());
      admitsPods();
      trust.set(Trust.in(next));
      await().atMost(PATIENCE).until(() -> bundle().equals(Pem.of(List.of(next.certificate()))));
      admitsPods();
    }
  }

  private static String bundle() {
    String base64 =
        cluster
            .api
            .kubectl(
                "get",
                "mutatingwebhookconfiguration",
                "portcullis-inject",
                "-o",
                "jsonpath={.webhooks[0].clientConfig.caBundle}")
            .orThrow();
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  /** Whoever looks, not to trust, is shown it as well. */
  private static X509Certificate shownCertificate() throws Exception {
    SSLContext any = SSLContext.getInstance("TLS");
    any.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    try (SSLSocket socket =
        (SSLSocket) any.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), PORT)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void applyingTheConfigurationAgainChangesNothing() throws IOException {
    assertThat(cluster.api.kubectlReading(webhooks(), "apply", "-f", "-").orThrow())
        .contains("portcullis-inject unchanged");
    assertThat(create("shop", PLAIN).exitCode()).isZero();
  }
}
