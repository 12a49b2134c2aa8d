// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.status.ClusterReader;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the successor of a key and lets the old one end, so that both hold for a while. */
@Command(
    name = "rotate",
    description = {
      "Make the successor of an API key: for the same client, with the same plan, scopes and"
          + " labels. The old key ends when the overlap has passed, or earlier if it would have.",
      "The key goes to standard error, once; both ApiKey resources, the new and the old one, go to"
          + " standard output. Nothing is changed before they are applied.",
      "The old resource is read from a file (--resource), or by its name from a cluster.",
      "With --valkey the old key is one of the store of decision services, which is asked for its"
          + " id (apikey list --valkey). Instead of resources the commands for valkey-cli go to"
          + " standard output; nothing is changed before they are run."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey rotate --resource acme.yaml --overlap 7d > rotated.yaml",
      "  portcullis apikey rotate acme-5x2kq7ab -n shop | kubectl apply -f -",
      "  portcullis apikey rotate 3F8QZ7KD2M5N9TXC -n shop --valkey valkey://127.0.0.1:6379 |"
          + " valkey-cli"
    })
public final class ApiKeyRotateCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description =
          "The old resource. With --resource: which of the file; default: its only one. With"
              + " --valkey: the id of the old key.")
  private @Nullable String old;

  @Option(
      names = "--resource",
      paramLabel = "FILE",
      description = "YAML with the old resource. Default: the cluster is asked.")
  private @Nullable Path file;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description =
          "Namespace of the old resource in the cluster; default: the kubeconfig's. Needed with"
              + " --valkey.")
  private @Nullable String namespace;

  @Mixin private ClusterOptions clusters;

  @ArgGroup(exclusive = false)
  private @Nullable StoreOptions store;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the new resource; default: the client and the key's id.")
  private @Nullable String name;

  @Option(
      names = "--overlap",
      paramLabel = "TIME",
      description = "How long both keys hold: 12h, 7d, 2w (default 7d); 0h ends the old one now.",
      defaultValue = "7d")
  private String overlap;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description =
          "When the new key ends: 12h, 90d, 6w, 1y, an RFC 3339 time, or never (default 90d).",
      defaultValue = "90d")
  private String expires;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "yaml: as above. json: key, resource and old on standard output. valkey: the commands for"
              + " valkey-cli or redis-cli; the default with --valkey, where json says key and"
              + " commands.")
  private @Nullable Format output;

  /** What is printed. */
  enum Format {
    YAML,
    JSON,
    VALKEY
  }

  @Override
  public void run() {
    Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.plus(Lifetime.of("--overlap", overlap));
    ApiKeyText key = ApiKeyText.generate(new SecureRandom());
    if (store != null) {
      ofStore(store, key, now, end);
      return;
    }
    if (output == Format.VALKEY) {
      throw new ParameterException(spec.commandLine(), "-o valkey needs --valkey URL");
    }
    HeldKey before = read();
    before.refuseIfEnded(now);
    Map<String, Object> ending = before.endingAt(end);
    Map<String, Object> successor =
        ApiKeyYaml.resource(
            new ApiKeyYaml.Metadata(
                name == null ? ApiKeyYaml.name(before.client(), key) : name,
                before.namespace(),
                before.labels()),
            fields(before, key, now));
    String yaml = ResourceYaml.write(successor) + "---\n" + ResourceYaml.write(ending);
    NewKeyCheck.check(yaml);
    NewKeyOutput to = new NewKeyOutput(spec.commandLine());
    if (output == Format.JSON) {
      Map<String, Object> both = new LinkedHashMap<>();
      both.put("resource", successor);
      both.put("old", ending);
      to.json(key, both);
    } else {
      to.text(key, yaml);
    }
  }

  private void ofStore(StoreOptions keys, ApiKeyText key, Instant now, Instant end) {
    if (file != null || clusters.given() || output == Format.YAML) {
      throw new ParameterException(
          spec.commandLine(), "--valkey goes with neither --resource nor --kubeconfig nor -o yaml");
    }
    if (old == null || namespace == null) {
      throw new ParameterException(
          spec.commandLine(), "Say which key: its id and its --namespace, beside --valkey");
    }
    ApiKeyRecord found = keys.one(namespace, old);
    HeldKey before = HeldKey.ofStore(found);
    before.refuseIfEnded(now);
    String successor =
        StoredKeyLines.of(
            namespace,
            name == null ? ApiKeyYaml.name(found.client(), key) : name,
            fields(before, key, now),
            found.labels());
    // It ends by itself when it would have ended earlier anyway.
    String ending =
        found.expires() != null && !end.isBefore(found.expires())
            ? ""
            : StoredKeyLines.ending(namespace, old, end);
    NewKeyOutput to = new NewKeyOutput(spec.commandLine());
    if (output == Format.JSON) {
      to.json(key, Map.of("commands", (successor + ending).lines().toList()));
    } else {
      to.text(key, successor + ending);
    }
  }

  private Map<String, Object> fields(HeldKey before, ApiKeyText key, Instant now) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", key.id());
    fields.put("sha256", key.sha256());
    fields.putAll(before.inherited());
    Instant end = Lifetime.end("--expires", expires, now);
    if (end != null) {
      fields.put("expires", end.toString());
    }
    return fields;
  }

  private HeldKey read() {
    if (file != null) {
      if (namespace != null || clusters.given()) {
        throw new ParameterException(
            spec.commandLine(), "--resource needs no cluster: leave out -n and --kubeconfig");
      }
      return ApiKeyFile.one(file, old);
    }
    if (old == null) {
      throw new ParameterException(
          spec.commandLine(), "Say which key: --resource FILE, or its NAME in the cluster");
    }
    try (ClusterReader cluster = clusters.open(namespace)) {
      String wanted = Objects.requireNonNull(old);
      return cluster
          .apiKey(wanted)
          .map(HeldKey::ofCluster)
          .orElseThrow(() ->
              CommandException.user(
                  "the cluster has no ApiKey "
                      + wanted
                      + (namespace == null ? "" : " in the namespace " + namespace)));
    }
  }
}
