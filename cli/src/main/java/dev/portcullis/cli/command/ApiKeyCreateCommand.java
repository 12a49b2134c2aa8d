// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

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
          + " kubectl apply -f -"
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
      description = "yaml: as above. json: key and resource on standard output.",
      defaultValue = "yaml")
  private Format output;

  /** What is printed. */
  enum Format {
    YAML,
    JSON
  }

  @Override
  public void run() {
    ApiKeyText key = ApiKeyText.generate(new SecureRandom());
    Map<String, Object> resource =
        ApiKeyYaml.resource(
            new ApiKeyYaml.Metadata(
                name == null ? ApiKeyYaml.name(client, key) : name, namespace, labels),
            fields(key));
    String yaml = ResourceYaml.write(resource);
    NewKeyCheck.check(yaml);
    NewKeyOutput to = new NewKeyOutput(spec.commandLine());
    switch (output) {
      case JSON -> to.json(key, Map.of("resource", resource));
      case YAML -> to.yaml(key, yaml);
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
