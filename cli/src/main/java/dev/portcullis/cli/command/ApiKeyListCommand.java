// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.status.ClusterReader;
import dev.portcullis.cli.terminal.Table;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.Origin;
import dev.portcullis.compiler.source.PolicyFiles;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.store.key.HeldFields;
import dev.portcullis.store.key.KeyRecords;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which API keys there are and which of them let somebody in now. */
@Command(
    name = "list",
    description = {
      "Say which API keys there are, for whom, and whether each lets its holder in now.",
      "They are read from files, with --valkey from the store of decision services, else from a"
          + " cluster. No key and no hash is shown.",
      "Exit code 0: listed. 1: a file has an error. 3: no cluster or store, or it does not"
          + " tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey list -n shop",
      "  portcullis apikey list keys/ --output json",
      "  portcullis apikey list --valkey valkey://127.0.0.1:6379 -n shop --client acme"
    })
public final class ApiKeyListCommand implements Callable<Integer> {
  /** Keys of a store that may hold millions; more are not for people to read. */
  private static final int MOST = 10_000;

  private static final Comparator<Listed> ORDER =
      Comparator.comparing((Listed listed) -> listed.key().ref().namespace())
          .thenComparing(listed -> listed.key().ref().name());

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description = "Files, and directories of .yaml, .yml and .json files. Default: the cluster.")
  private List<Path> paths = List.of();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Only this namespace. Default: all.")
  private @Nullable String namespace;

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description = "Only the keys of this client. Default: all.")
  private @Nullable String client;

  @Mixin private ClusterOptions clusters;

  @ArgGroup(exclusive = false)
  private @Nullable StoreOptions store;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  @Override
  public Integer call() {
    List<Diagnostic> errors = List.of();
    List<Listed> keys;
    if (store != null) {
      if (!paths.isEmpty() || clusters.given()) {
        throw new ParameterException(
            spec.commandLine(), "--valkey goes with neither PATH nor --kubeconfig");
      }
      keys = ofStore(store);
    } else if (paths.isEmpty()) {
      try (ClusterReader cluster = clusters.open(namespace)) {
        keys = cluster.apiKeys().stream().map(Listed::of).toList();
      }
    } else {
      FileSet files = PolicyFiles.read(paths);
      errors = files.diagnostics().stream().filter(Diagnostic::isError).toList();
      keys =
          files.files().values().stream()
              .flatMap(content -> content.apiKeys().stream())
              .filter(key -> namespace == null || key.ref().namespace().equals(namespace))
              .map(key -> new Listed(key, null, null))
              .toList();
    }
    errors.stream().map(DiagnosticText::line).forEach(spec.commandLine().getErr()::println);
    print(keys.stream().filter(this::isWanted).sorted(ORDER).toList(), Clock.systemUTC().instant());
    return errors.isEmpty() ? 0 : 1;
  }

  private boolean isWanted(Listed listed) {
    ApiKeySpec fields = listed.key().spec();
    return client == null || (fields != null && client.equals(fields.client()));
  }

  private List<Listed> ofStore(StoreOptions from) {
    List<HeldFields> held =
        from.list(
            namespace,
            key -> client == null || client.equals(key.fields().get("client")),
            MOST + 1);
    if (held.size() > MOST) {
      spec.commandLine()
          .getErr()
          .println(
              "portcullis: the store has more than "
                  + MOST
                  + " such keys, these are some of them: ask for a --namespace or a --client");
    }
    return held.stream().limit(MOST).map(Listed::of).toList();
  }

  /**
   * @param lastUsed the hour in which it was accepted last; null: never, or nobody says
   * @param problem why it cannot be read, if anybody knows
   */
  private record Listed(KeySource key, @Nullable String lastUsed, @Nullable String problem) {

    static Listed of(ApiKey key) {
      ApiKeyStatus status = key.getStatus();
      return new Listed(KeySource.ofCluster(key), status == null ? null : status.lastUsed(), null);
    }

    static Listed of(HeldFields held) {
      try {
        ApiKeyRecord key = KeyRecords.read(held.namespace(), held.id(), held.fields());
        ApiKeySpec fields =
            new ApiKeySpec(
                key.id(),
                key.sha256(),
                key.client(),
                key.plan(),
                key.scopes(),
                held.fields().get("notBefore"),
                held.fields().get("expires"),
                key.revoked());
        Instant used = KeyRecords.lastUsed(held.fields());
        return new Listed(
            source(held, key.name(), key.labels(), fields),
            used == null ? null : used.toString(),
            null);
      } catch (IllegalArgumentException e) {
        return new Listed(source(held, held.id(), new TreeMap<>(), null), null, e.getMessage());
      }
    }

    private static KeySource source(
        HeldFields held,
        String name,
        SortedMap<String, String> labels,
        @Nullable ApiKeySpec fields) {
      PolicyRef ref = new PolicyRef("ApiKey", held.namespace(), name);
      return new KeySource(ref, null, new Origin.Cluster(), labels, fields, List.of());
    }
  }

  private void print(List<Listed> keys, Instant now) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> {
        var list = JsonNodeFactory.instance.arrayNode();
        keys.forEach(key -> list.add(json(key, now)));
        out.println(list.toPrettyString());
      }
      case TEXT -> lines(keys, now).forEach(out::println);
    }
    out.flush();
  }

  private List<String> lines(List<Listed> keys, Instant now) {
    if (keys.isEmpty()) {
      return List.of("There are no API keys.");
    }
    Table table =
        new Table(
            "NAMESPACE",
            // A store finds keys by their ids.
            store == null ? "NAME" : "ID",
            "CLIENT",
            "PLAN",
            "SCOPES",
            "EXPIRES",
            "LAST USED",
            "STATE");
    for (Listed listed : keys) {
      KeySource key = listed.key();
      String state = state(listed, now);
      ApiKeySpec fields = key.spec();
      table.add(
          state.equals(KeyVerdict.VALID),
          key.ref().namespace(),
          store == null || fields == null ? key.ref().name() : fields.id(),
          fields == null ? "-" : fields.client(),
          fields == null ? "-" : or(fields.plan(), "-"),
          fields == null || fields.scopes().isEmpty() ? "-" : String.join(",", fields.scopes()),
          fields == null ? "-" : or(fields.expires(), "never"),
          or(listed.lastUsed(), "-"),
          state);
    }
    return table.lines(Terminal.standardError().interactive());
  }

  private static ObjectNode json(Listed listed, Instant now) {
    KeySource key = listed.key();
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("namespace", key.ref().namespace()).put("name", key.ref().name());
    out.put("state", state(listed, now));
    var labels = out.putObject("labels");
    key.labels().forEach(labels::put);
    ApiKeySpec fields = key.spec();
    if (fields != null) {
      out.put("id", fields.id()).put("client", fields.client());
      put(out, "plan", fields.plan());
      var scopes = out.putArray("scopes");
      fields.scopes().forEach(scopes::add);
      put(out, "notBefore", fields.notBefore());
      put(out, "expires", fields.expires());
    }
    put(out, "lastUsed", listed.lastUsed());
    return out;
  }

  private static void put(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  /** {@code valid}, or why it lets nobody in. */
  private static String state(Listed listed, Instant now) {
    ApiKeySpec key = listed.key().spec();
    if (key == null) {
      return listed.problem() == null ? "unreadable" : "unreadable: " + listed.problem();
    }
    try {
      if (key.revoked()) {
        return "revoked";
      }
      if (key.notBefore() != null && now.isBefore(Instant.parse(key.notBefore()))) {
        return "not yet valid";
      }
      return key.expires() != null && !now.isBefore(Instant.parse(key.expires()))
          ? "expired"
          : KeyVerdict.VALID;
    } catch (DateTimeException e) {
      return "unreadable";
    }
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }
}
