// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a key, prints it once, and prints the resource to apply, which holds only its hash. */
@Command(
    name = "create",
    description = {
      "Make an API key. The key goes to standard error, once; the ApiKey resource goes to standard"
          + " output.",
      "The resource holds only the hash of the key, so it may live in Git."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey create --client acme --plan gold --expires 90d > acme.yaml",
      "  portcullis apikey create --client acme --scope orders.read --label api=orders -n shop |"
          + " kubectl apply -f -",
      "  portcullis apikey create --client acme --label api=orders -n shop -o valkey | valkey-cli"
    })
public final class ApiKeyCreateCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--client",
      required = true,
      paramLabel = "NAME",
      description = "Who the key is for.")
  private String client;

  @Option(names = "--plan", paramLabel = "NAME", description = "Which plan of the limits applies.")
  private @Nullable String plan;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "A scope that the key holds; may be repeated.")
  private List<String> scopes = List.of();

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label for policies to select by; may be repeated.")
  private Map<String, String> labels = Map.of();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "Namespace of the resource; default: left to kubectl.")
  private @Nullable String namespace;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the resource; default: the client and the key's id.")
  private @Nullable String name;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "When it ends: 12h, 90d, 6w, 1y, an RFC 3339 time, or never (default 90d).",
      defaultValue = "90d")
  private String expires;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "yaml: as above. json: key and resource on standard output. valkey: instead of the"
              + " resource the commands for valkey-cli or redis-cli that put the key into the store"
              + " of decision services.",
      defaultValue = "yaml")
  private Format output;

  /** What is printed. */
  enum Format {
    YAML,
    JSON,
    VALKEY
  }

  @Override
  public void run() {
    ApiKeyText key = ApiKeyText.generate(new SecureRandom());
    String called = name == null ? ApiKeyYaml.name(client, key) : name;
    Map<String, Object> fields = fields(key);
    Map<String, Object> resource =
        ApiKeyYaml.resource(new ApiKeyYaml.Metadata(called, namespace, labels), fields);
    String yaml = ResourceYaml.write(resource);
    NewKeyCheck.check(yaml);
    NewKeyOutput to = new NewKeyOutput(spec.commandLine());
    switch (output) {
      case JSON -> to.json(key, Map.of("resource", resource));
      case YAML -> to.text(key, yaml);
      case VALKEY -> {
        if (namespace == null) {
          throw CommandException.user("say for which namespace's policies the key is: --namespace");
        }
        to.text(key, StoredKeyLines.of(namespace, called, fields, labels));
      }
    }
  }

  private Map<String, Object> fields(ApiKeyText key) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", key.id());
    fields.put("sha256", key.sha256());
    fields.put("client", client);
    if (plan != null) {
      fields.put("plan", plan);
    }
    if (!scopes.isEmpty()) {
      fields.put("scopes", scopes);
    }
    Instant end = Lifetime.end("--expires", expires, Clock.systemUTC().instant());
    if (end != null) {
      fields.put("expires", end.toString());
    }
    return fields;
  }
}
