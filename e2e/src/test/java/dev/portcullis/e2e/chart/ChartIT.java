// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.CommandResult;
import dev.portcullis.parts.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applied as GitOps applies it, to an API server that has never seen it. */
final class ChartIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ENROLLED = "shop";
  private static @Nullable ApiServer server;
  private static String manifests = "";

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    ApiServer started = ApiServer.start();
    server = started;
    started.applyCrds();
    for (String namespace : List.of(Helm.NAMESPACE, ENROLLED, "elsewhere")) {
      started.kubectl("create", "namespace", namespace).orThrow();
    }
    started.kubectl("label", "namespace", ENROLLED, "portcullis.dev/revision=other").orThrow();
    manifests =
        withoutInjection(
            Helm.template(
                "secrets[0].namespace=" + ENROLLED,
                "secrets[0].names={idp-keys}",
                "priorityClass.create=true",
                "extAuthz.autoscaling.enabled=true"));
    apply().orThrow();
    // No controller is here that would aggregate the cluster's own roles.
    started
        .kubectl(
            "create",
            "clusterrole",
            "workloads",
            "--verb=*",
            "--resource=pods,deployments.apps,deployments.apps/scale,cronjobs.batch")
        .orThrow();
    for (String namespace : List.of(ENROLLED, "elsewhere")) {
      for (String user : List.of("tenant", "platform")) {
        grant(namespace, user, "portcullis-edit");
        grant(namespace, user, "workloads");
      }
      grant(namespace, "platform", "portcullis-overrides");
    }
    // The API server compiles admission policies a moment after it has stored them.
    Readiness.await(
        "admission policies",
        PATIENCE,
        List.of(),
        () ->
            createPolicy("tenant", "first", "failureMode: Allow", "--dry-run=server")
                .output()
                .contains("ValidatingAdmissionPolicy"));
  }

  /** No operator is here to be asked for a sidecar; what else is asked of pods is looked at. */
  private static String withoutInjection(String rendered) {
    return Arrays.stream(rendered.split("(?m)^---$"))
        .map(manifest ->
            manifest.contains("kind: MutatingWebhookConfiguration")
                ? manifest.replace("kube-system]", "kube-system, " + ENROLLED + "]")
                : manifest)
        .collect(Collectors.joining("---"));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void appliedAgainItChangesNothing() {
    String before = versions();

    apply().orThrow();

    assertThat(versions()).isEqualTo(before);
  }

  @Test
  void showsNoDifferenceFromWhatWasApplied() {
    // The operator does this once it serves; no manifest speaks of it.
    server()
        .kubectl(
            "patch",
            "mutatingwebhookconfiguration",
            "portcullis-inject",
            "--type=json",
            "--patch=[{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\"Cg==\"}]")
        .orThrow();

    CommandResult serverSide =
        input("diff", "--server-side", "--field-manager=gitops", "--filename=-");
    CommandResult clientSide = input("diff", "--filename=-");

    assertThat(serverSide.output()).isEmpty();
    assertThat(clientSide.output()).isEmpty();
    apply().orThrow();
    assertThat(
            server()
                .kubectl(
                    "get",
                    "mutatingwebhookconfiguration",
                    "portcullis-inject",
                    "--output=jsonpath={.webhooks[0].clientConfig.caBundle}")
                .orThrow())
        .isEqualTo("Cg==");
  }

  @Test
  void itsPodsKeepTheStrictestStandard() {
    server().kubectl("create", "namespace", "strict").orThrow();
    server()
        .kubectl("label", "namespace", "strict", "pod-security.kubernetes.io/warn=restricted")
        .orThrow();
    String moved = manifests.replace("namespace: " + Helm.NAMESPACE, "namespace: strict");
    String[] create = {
      "create", "--dry-run=server", "--selector=app.kubernetes.io/name", "--filename=-"
    };

    String told = server().kubectlReading(moved, create).output();
    String loose =
        server()
            .kubectlReading(
                moved.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
                create)
            .output();

    assertThat(told)
        .contains("deployment.apps/operator created", "deployment.apps/ext-authz created")
        .doesNotContain("would violate PodSecurity");
    assertThat(loose).contains("would violate PodSecurity");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failureMode: Allow",
        "authentication: {methods: [{name: any, anonymous: {}}]}",
      })
  void onlyPlatformTeamsOpenPolicies(String opened) {
    assertForbidden(createPolicy("tenant", "open", opened, "--dry-run=server"));
    createPolicy("tenant", "closed", "failureMode: Deny", "--dry-run=server").orThrow();

    createPolicy("platform", "open", opened).orThrow();

    as("tenant", "label", "apipolicy/open", "team=a", "--overwrite").orThrow();
    assertForbidden(
        as(
            "tenant",
            "patch",
            "apipolicy/open",
            "--type=merge",
            "--patch={\"spec\":{\"mode\":\"Shadow\"}}"));
    as("platform", "delete", "apipolicy/open").orThrow();
  }

  @Test
  void onlyPlatformTeamsTakeWorkloadsOut() {
    String out = "portcullis.dev/inject=disabled";
    for (String user : List.of("tenant", "platform")) {
      as(user, "create", "deployment", user, "--image=example", "--replicas=0").orThrow();
      as(user, "create", "cronjob", user, "--image=example", "--schedule=0 0 * * *").orThrow();
    }
    String template =
        "--patch={\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"portcullis.dev/inject\":\"disabled\"}}}}}";
    String job =
        "--patch={\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":{\"metadata\":{\"labels\":"
            + "{\"portcullis.dev/inject\":\"disabled\"}}}}}}}";

    assertForbidden(as("tenant", "run", "bare", "--image=example", "--labels=" + out));
    assertForbidden(as("tenant", "patch", "deployment/tenant", template));
    assertForbidden(as("tenant", "patch", "cronjob/tenant", job));
    as("platform", "patch", "deployment/platform", template).orThrow();
    as("platform", "patch", "cronjob/platform", job).orThrow();
    // Whoever was taken out by somebody who may can be looked after by somebody who may not.
    as("tenant", "scale", "deployment/platform", "--replicas=0").orThrow();
    as("tenant", "annotate", "deployment/platform", "team=a").orThrow();
  }

  /** On its node's network a pod gets no sidecar: that is a way out as good as the label. */
  @Test
  void onlyPlatformTeamsUseTheNetworkOfNodes() {
    for (String kind : List.of("Pod", "Deployment", "CronJob")) {
      CommandResult refused = onNode("tenant", kind, "web", true);
      assertForbidden(refused);
      assertThat(refused.output()).contains("hostNetwork: true", "remove it");
      onNode("tenant", kind, "inside", false).orThrow();
      onNode("platform", kind, "web", true).orThrow();
    }
    assertForbidden(onNode("tenant", "Deployment", "inside", true));
    assertForbidden(onNode("tenant", "CronJob", "inside", true));
    // What somebody who may has let in can be looked after by somebody who may not.
    as("tenant", "scale", "deployment/web", "--replicas=0").orThrow();
    as("tenant", "label", "pod/web", "team=a").orThrow();
    as("tenant", "annotate", "cronjob/web", "team=a").orThrow();
    onNode("tenant", "Deployment", "web", false).orThrow();
    assertForbidden(onNode("tenant", "Deployment", "web", true));
  }

  private static CommandResult onNode(String user, String kind, String name, boolean hostNetwork) {
    String manifest =
        switch (kind) {
          case "Pod" ->
              """
              apiVersion: v1
              kind: Pod
              metadata: {name: %1$s}
              spec: {hostNetwork: %2$s, automountServiceAccountToken: false, %3$s}
              """;
          case "CronJob" ->
              """
              apiVersion: batch/v1
              kind: CronJob
              metadata: {name: %1$s}
              spec:
                schedule: "0 0 * * *"
                jobTemplate:
                  spec: {template: {spec: {hostNetwork: %2$s, restartPolicy: Never, %3$s}}}
              """;
          default ->
              """
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: %1$s}
              spec:
                selector: {matchLabels: {app: %1$s}}
                template:
                  metadata: {labels: {app: %1$s}}
                  spec: {hostNetwork: %2$s, %3$s}
              """;
        };
    return server()
        .kubectlReading(
            manifest.formatted(name, hostNetwork, "containers: [{name: app, image: example}]"),
            "--as=" + user,
            "--namespace=" + ENROLLED,
            "apply",
            "--filename=-");
  }

  @Test
  void whereNothingIsEnrolledNothingIsTakenOut() {
    server()
        .kubectl(
            "--as=tenant",
            "--namespace=elsewhere",
            "create",
            "deployment",
            "free",
            "--image=example",
            "--replicas=0")
        .orThrow();
    server()
        .kubectl(
            "--as=tenant",
            "--namespace=elsewhere",
            "patch",
            "deployment/free",
            "--patch={\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"portcullis.dev/inject\":\"disabled\"}}}}}")
        .orThrow();
  }

  @Test
  void aNamespaceLeavesOnlyByWhoMay() {
    server()
        .kubectl("create", "clusterrole", "namespaces", "--verb=patch,get", "--resource=namespaces")
        .orThrow();
    server()
        .kubectl("create", "clusterrolebinding", "n", "--clusterrole=namespaces", "--user=tenant")
        .orThrow();

    assertForbidden(as("tenant", "label", "namespace/" + ENROLLED, "portcullis.dev/revision-"));
    assertForbidden(as("tenant", "label", "namespace/" + ENROLLED, "portcullis.dev/inject=pods"));
    as("tenant", "label", "namespace/" + ENROLLED, "portcullis.dev/revision=next", "--overwrite")
        .orThrow();
    as("tenant", "label", "namespace/" + ENROLLED, "team=a").orThrow();
  }

  @Test
  void whereANamespaceLeavesItToItsPodsTheyLeaveOnlyByWhoMay() {
    server().kubectl("create", "namespace", "left-to-pods").orThrow();
    server().kubectl("label", "namespace", "left-to-pods", "portcullis.dev/inject=pods").orThrow();
    for (String user : List.of("tenant", "platform")) {
      grant("left-to-pods", user, "workloads");
    }
    grant("left-to-pods", "platform", "portcullis-overrides");
    String[] template = {"patch", "deployment/shop", "--namespace=left-to-pods"};
    String asks =
        "--patch={\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"portcullis.dev/inject\":\"enabled\"}}}}}";
    String leaves = asks.replace("\"enabled\"", "null");
    as("tenant", "create", "deployment", "shop", "--image=shop:1", "--namespace=left-to-pods")
        .orThrow();
    as("tenant", template[0], template[1], template[2], asks).orThrow();

    assertForbidden(as("tenant", template[0], template[1], template[2], leaves));
    as("platform", template[0], template[1], template[2], leaves).orThrow();
  }

  @Test
  void theOperatorReadsTheSecretsThatAreNamedAndNoOthers() {
    assertThat(mayOperator("get", "secrets/idp-keys", ENROLLED)).isEqualTo("yes");
    assertThat(mayOperator("watch", "secrets/idp-keys", ENROLLED)).isEqualTo("yes");
    assertThat(mayOperator("get", "secrets/other", ENROLLED)).isEqualTo("no");
    assertThat(mayOperator("list", "secrets", ENROLLED)).isEqualTo("no");
    assertThat(mayOperator("get", "secrets/idp-keys", "elsewhere")).isEqualTo("no");
    assertThat(mayOperator("list", "secrets", "kube-system")).isEqualTo("no");
    assertThat(mayOperator("create", "pods", ENROLLED)).isEqualTo("no");
    assertThat(mayOperator("bind", "clusterroles", ENROLLED)).isEqualTo("no");
    assertThat(mayOperator("patch", "apipolicies", ENROLLED)).isEqualTo("no");
    assertThat(mayOperator("patch", "apipolicies", ENROLLED, "--subresource=status"))
        .isEqualTo("yes");
  }

  private static String mayOperator(
      String verb, String resource, String namespace, String... arguments) {
    String[] command = {
      "auth",
      "can-i",
      verb,
      resource,
      "--namespace=" + namespace,
      "--as=system:serviceaccount:" + Helm.NAMESPACE + ":operator"
    };
    return server()
        .kubectl(joined(command, arguments))
        .output()
        .lines()
        .reduce("", (_, last) -> last);
  }

  private static CommandResult createPolicy(
      String user, String name, String spec, String... arguments) {
    String policy =
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata:
          name: %s
          namespace: %s
        spec:
          targetRefs:
          - group: ""
            kind: Service
            name: orders
          %s
        """
            .formatted(name, ENROLLED, spec);
    String[] command = {"--as=" + user, "create", "--filename=-"};
    return server().kubectlReading(policy, joined(command, arguments));
  }

  private static CommandResult as(String user, String... arguments) {
    String[] command = {"--as=" + user, "--namespace=" + ENROLLED};
    return server().kubectl(joined(command, arguments));
  }

  private static String[] joined(String[] first, String... second) {
    String[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static void assertForbidden(CommandResult result) {
    assertThat(result.exitCode()).as(result.output()).isNotZero();
    assertThat(result.output())
        .contains("ValidatingAdmissionPolicy", "the verb use on overrides.portcullis.dev");
  }

  private static void grant(String namespace, String user, String role) {
    server()
        .kubectl(
            "create",
            "rolebinding",
            user + "-" + role,
            "--namespace=" + namespace,
            "--clusterrole=" + role,
            "--user=" + user)
        .orThrow();
  }

  private static CommandResult apply() {
    return input("apply", "--server-side", "--field-manager=gitops", "--filename=-");
  }

  private static CommandResult input(String... arguments) {
    return server().kubectlReading(manifests, arguments);
  }

  private static String versions() {
    return input(
            "get",
            "--filename=-",
            "--output=jsonpath={range .items[*]}{.kind}/{.metadata.name}"
                + " {.metadata.resourceVersion}{\"\\n\"}{end}")
        .orThrow();
  }

  private static ApiServer server() {
    if (server == null) {
      throw new IllegalStateException("no API server");
    }
    return server;
  }
}
