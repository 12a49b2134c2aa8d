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
import dev.portcullis.compiler.source.PolicyFiles;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which API keys there are and which of them let somebody in now. */
@Command(
    name = "list",
    description = {
      "Say which API keys there are, for whom, and whether each lets its holder in now.",
      "They are read from files or, without PATH, from a cluster. No key and no hash is shown.",
      "Exit code 0: listed. 1: a file has an error. 3: no cluster, or it does not tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  portcullis apikey list -n shop", "  portcullis apikey list keys/ --output json"})
public final class ApiKeyListCommand implements Callable<Integer> {
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

  @Mixin private ClusterOptions clusters;

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
    if (paths.isEmpty()) {
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
              .map(key -> new Listed(key, null))
              .toList();
    }
    errors.stream().map(DiagnosticText::line).forEach(spec.commandLine().getErr()::println);
    print(keys.stream().sorted(ORDER).toList(), Clock.systemUTC().instant());
    return errors.isEmpty() ? 0 : 1;
  }

  /**
   * @param lastUsed the hour in which it was accepted last; null: never, or nobody says
   */
  private record Listed(KeySource key, @Nullable String lastUsed) {

    static Listed of(ApiKey key) {
      ApiKeyStatus status = key.getStatus();
      return new Listed(KeySource.ofCluster(key), status == null ? null : status.lastUsed());
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

  private static List<String> lines(List<Listed> keys, Instant now) {
    if (keys.isEmpty()) {
      return List.of("There are no API keys.");
    }
    Table table =
        new Table("NAMESPACE", "NAME", "CLIENT", "PLAN", "SCOPES", "EXPIRES", "LAST USED", "STATE");
    for (Listed listed : keys) {
      KeySource key = listed.key();
      String state = state(key.spec(), now);
      ApiKeySpec fields = key.spec();
      table.add(
          state.equals(ApiKeyFile.VALID),
          key.ref().namespace(),
          key.ref().name(),
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
    out.put("state", state(key.spec(), now));
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
  private static String state(@Nullable ApiKeySpec key, Instant now) {
    if (key == null) {
      return "unreadable";
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
          : ApiKeyFile.VALID;
    } catch (DateTimeException e) {
      return "unreadable";
    }
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }
}
