// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.fleet.MeshSettings;
import dev.portcullis.operator.IdentityConfig.CaSource;
import dev.portcullis.operator.cluster.ClusterException;
import dev.portcullis.operator.cluster.Scope;
import dev.portcullis.operator.identity.IdentityFileException;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.inject.WebhookSettings;
import dev.portcullis.operator.inject.pod.InjectionSettings;
import dev.portcullis.operator.leader.LeaseTimes;
import dev.portcullis.policy.identity.SpiffeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the operator. */
@Command(
    name = "portcullis-operator",
    mixinStandardHelpOptions = true,
    version = "portcullis-operator 0.1.0",
    sortOptions = false,
    description = {
      "Compiles policies from the API server, serves plans to decision services and configuration",
      "to Envoys over delta xDS, and says in statuses what is in force.%n"
    },
    footer = {
      "%nExamples:",
      "  portcullis-operator --kubeconfig ~/.kube/config --state-dir /tmp/portcullis \\",
      "    --ext-authz-identity system:serviceaccount:portcullis-system:ext-authz \\",
      "    --gateway-identity system:serviceaccount:portcullis-system:gateway",
      "  portcullis-operator --state-dir /var/lib/portcullis \\",
      "    --xds-listen 0.0.0.0:18000 \\",
      "    --ext-authz-identity system:serviceaccount:portcullis-system:ext-authz",
      "%nExit codes: 0 stopped, 2 wrong usage, 3 environment (API server, definitions, ports,"
          + " files).",
      "The environment variable PORTCULLIS_LOG_LEVEL sets how much is logged (INFO),",
      "PORTCULLIS_LOG_FORMAT how (text or json)."
    })
final class OperatorCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the API server. Default: the pod's ServiceAccount.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--xds-listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:18000",
      description = "Where Envoys and decision services connect (TLS). Default: ${DEFAULT-VALUE}.")
  private String xds = "";

  @Option(
      names = "--xds-name",
      paramLabel = "NAME",
      description = {
        "A DNS name or address by which they know it, for its certificate. Repeatable. Default:",
        "the address it listens on, localhost, 127.0.0.1 and operator.NAMESPACE.svc."
      })
  private List<String> xdsNames = new ArrayList<>();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:18001",
      description = "Where /healthz, /readyz and /metrics are served. Default: ${DEFAULT-VALUE}.")
  private String admin = "";

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = {
        "Keeps the certificate authority: ca.key, and ca.crt for clients to trust. For one"
            + " operator",
        "alone. Default: the Secret portcullis-ca in --namespace keeps it, for all operators."
      })
  private @Nullable Path state;

  @Option(
      names = "--ca-secret",
      paramLabel = "NAME",
      description = {
        "A Secret in --namespace with an intermediate authority that somebody else keeps up to",
        "date, as cert-manager makes it (tls.crt, tls.key, ca.crt). Default: an authority of our",
        "own."
      })
  private @Nullable String givenAuthority;

  @Option(
      names = "--ca-overlap",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = TimeSpan.class,
      description = {
        "How long a new root is trusted before it signs; longer than files take to reach pods.",
        "Default: ${DEFAULT-VALUE}."
      })
  private Duration overlap = Duration.ZERO;

  @Option(
      names = "--ca-rotate-after",
      paramLabel = "TIME",
      defaultValue = "365d",
      converter = TimeSpan.class,
      description = {
        "At what age a root of our own is replaced. Another value of the annotation",
        "portcullis.dev/rotate on the Secret portcullis-ca replaces it, too. Default:",
        "${DEFAULT-VALUE}."
      })
  private Duration rotateAfter = Duration.ZERO;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      defaultValue = "cluster.local",
      description = {
        "What the names of workloads begin with: spiffe://NAME/ns/NAMESPACE/sa/ACCOUNT. Default:",
        "${DEFAULT-VALUE}."
      })
  private String trustDomain = "";

  @Option(
      names = "--svid-life",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = TimeSpan.class,
      description = {
        "How long a workload's certificate is valid, 5m at least; it is renewed when little more",
        "than half of that is over. Default: ${DEFAULT-VALUE}."
      })
  private Duration svidLife = Duration.ZERO;

  @Option(
      names = "--namespace",
      paramLabel = "NAMESPACE",
      defaultValue = "portcullis-system",
      description = "Where the operator is installed. Default: ${DEFAULT-VALUE}.")
  private String namespace = "";

  @Option(
      names = "--watch-namespace",
      paramLabel = "NAMESPACE",
      description = "Look after this namespace only. Repeatable. Default: all of them.")
  private List<String> watched = new ArrayList<>();

  @Option(
      names = "--ext-authz-identity",
      paramLabel = "USER",
      required = true,
      description = {
        "User name of a decision service; it may read every plan and the secrets in them.",
        "Repeatable."
      })
  private List<String> deciders = new ArrayList<>();

  @Option(
      names = "--gateway-identity",
      paramLabel = "USER",
      description = "User name of Envoys that may register as gateways. Repeatable.")
  private List<String> gateways = new ArrayList<>();

  @Option(
      names = "--ext-authz-address",
      paramLabel = "HOST:PORT",
      description = {
        "Where sidecars find decision services; a name may stand for many. Default:",
        "ext-authz.NAMESPACE.svc.cluster.local:9001."
      })
  private @Nullable String extAuthz;

  @Option(
      names = "--webhook-listen",
      paramLabel = "HOST:PORT",
      description = {
        "Where the API server asks about pods and policies (TLS). Default: webhooks are off."
      })
  private @Nullable String webhook;

  @Option(
      names = "--revision",
      paramLabel = "NAME=IMAGE",
      description = {
        "The image of sidecars in namespaces labelled portcullis.dev/revision=NAME. May be given",
        "more than once; all others that are enrolled get --proxy-image."
      })
  private Map<String, String> revisions = new LinkedHashMap<>();

  @Option(
      names = "--proxy-image",
      paramLabel = "IMAGE",
      description = "The image of sidecars. Required with --webhook-listen.")
  private @Nullable String proxyImage;

  @Option(
      names = "--operator-address",
      paramLabel = "HOST:PORT",
      description = {
        "Where sidecars reach --xds-listen; HOST is a name in its certificate. Default:",
        "operator.NAMESPACE.svc:18000."
      })
  private @Nullable String operatorAddress;

  @Option(
      names = "--replica",
      paramLabel = "NAME",
      description = {
        "There are other operators, and this is the name of this one, such as its pod's. The one",
        "that holds the Lease portcullis-operator in --namespace writes; all serve. Default: there",
        "is no other."
      })
  private @Nullable String replica;

  @Option(
      names = "--peers",
      paramLabel = "LABELS",
      description = {
        "Labels of the pods of all operators in --namespace, as kubectl selects them. They tell"
            + " each",
        "other what their nodes run, on the port of --xds-listen. Needs --replica, which must be"
            + " the",
        "name of this operator's pod."
      })
  private @Nullable String peers;

  @Option(
      names = "--peers-token",
      paramLabel = "FILE",
      defaultValue = "/var/run/portcullis/operator/token",
      description = {
        "The token of this operator's ServiceAccount, for the audience portcullis, that it shows"
            + " to",
        "the others. Default: ${DEFAULT-VALUE}."
      })
  private Path peersToken = Path.of("");

  @Option(
      names = "--operator-identity",
      paramLabel = "USER",
      description = {
        "User name of the other operators; it may read what nodes run. Repeatable. Default, with",
        "--replica: system:serviceaccount:NAMESPACE:operator."
      })
  private List<String> operators = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    OperatorConfig config = config();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (RunningOperator _ = RunningOperator.start(config)) {
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(asked, stopped)));
      asked.await();
    } catch (StartException | ClusterException | IdentityFileException e) {
      System.err.println("portcullis-operator: " + e.getMessage());
      return 3;
    }
    stopped.countDown();
    return 0;
  }

  /** The JVM ends when its hooks do, so the hook waits until all is stopped, within a bound. */
  private static void stop(CountDownLatch asked, CountDownLatch stopped) {
    asked.countDown();
    try {
      var _ = stopped.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private OperatorConfig config() {
    try {
      HostPort listen = HostPort.parse(xds);
      return new OperatorConfig(
          kubeconfig,
          listen,
          names(listen),
          HostPort.parse(admin),
          new IdentityConfig(trustDomain, namespace, authority(), svidLife()),
          mesh(),
          new Roles(new HashSet<>(deciders), new HashSet<>(gateways), operators()),
          new Scope(new HashSet<>(watched), namespace),
          webhooks(),
          replica());
    } catch (IllegalArgumentException e) {
      if (spec == null) {
        throw e;
      }
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Set<String> operators() {
    return replica != null && operators.isEmpty()
        ? Set.of("system:serviceaccount:" + namespace + ":operator")
        : new HashSet<>(operators);
  }

  private @Nullable ReplicaConfig replica() {
    if (replica == null) {
      if (peers != null || !operators.isEmpty()) {
        throw new IllegalArgumentException("--peers and --operator-identity need --replica");
      }
      return null;
    }
    return new ReplicaConfig(replica, LeaseTimes.DEFAULT, peers, peersToken);
  }

  private CaSource authority() {
    if (state == null) {
      return new CaSource.Cluster(givenAuthority, overlap, rotateAfter);
    }
    if (givenAuthority != null) {
      throw new IllegalArgumentException("say either --state-dir or --ca-secret");
    }
    return new CaSource.Directory(state);
  }

  private MeshSettings mesh() {
    String address =
        extAuthz == null ? "ext-authz." + namespace + ".svc.cluster.local:9001" : extAuthz;
    return new MeshSettings(
        List.of(HostPort.parse(address)), new SpiffeId(trustDomain, namespace, "ext-authz"));
  }

  private Duration svidLife() {
    if (svidLife.compareTo(IdentityConfig.SHORTEST_LIFE) < 0) {
      throw new IllegalArgumentException("--svid-life must be 5m at least");
    }
    return svidLife;
  }

  private @Nullable WebhookSettings webhooks() {
    if (webhook == null) {
      return null;
    }
    if (proxyImage == null) {
      throw new IllegalArgumentException("--webhook-listen needs --proxy-image");
    }
    String reached =
        operatorAddress == null ? "operator." + namespace + ".svc:18000" : operatorAddress;
    if (revisions.containsKey(Enrolment.DEFAULT_REVISION)) {
      throw new IllegalArgumentException(
          "--revision=default: the image of that revision is --proxy-image");
    }
    Map<String, String> images = new LinkedHashMap<>(revisions);
    images.put(Enrolment.DEFAULT_REVISION, proxyImage);
    HostPort operator = HostPort.parse(reached);
    return new WebhookSettings(
        HostPort.parse(webhook),
        images.entrySet().stream()
            .map(image -> InjectionSettings.of(image.getKey(), image.getValue(), operator))
            .toList());
  }

  private List<ServerName> names(HostPort listen) {
    List<String> names = new ArrayList<>(xdsNames);
    if (names.isEmpty()) {
      names.addAll(
          List.of(
              listen.host(),
              "localhost",
              "127.0.0.1",
              "operator." + namespace,
              "operator." + namespace + ".svc",
              "operator." + namespace + ".svc.cluster.local"));
    }
    return names.stream().map(ServerName::parse).distinct().toList();
  }
}
