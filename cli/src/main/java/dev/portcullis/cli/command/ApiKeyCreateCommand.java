// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern LIFETIME = Pattern.compile("(\\d{1,6})([hdwy])");

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
    Map<String, Object> resource = resource(key);
    String yaml = ResourceYaml.write(resource);
    NewKeyCheck.check(yaml);
    PrintWriter out = spec.commandLine().getOut();
    if (output == Format.JSON) {
      Map<String, Object> both = new LinkedHashMap<>();
      both.put("key", key.reveal());
      both.put("resource", resource);
      out.println(json(both));
    } else {
      PrintWriter err = spec.commandLine().getErr();
      err.println("The key, shown this once:");
      err.println();
      err.println("  " + key.reveal());
      err.println();
      err.flush();
      out.print(yaml);
    }
    out.flush();
  }

  private Map<String, Object> resource(ApiKeyText key) {
    String resourceName =
        name == null
            ? client + "-" + key.id().substring(0, 8).toLowerCase(java.util.Locale.ROOT)
            : name;
    if (!NAME.matcher(resourceName).matches()) {
      throw CommandException.user(
          "\""
              + resourceName
              + "\" cannot name a resource (small letters, digits and -); give one with --name");
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", resourceName);
    if (namespace != null) {
      metadata.put("namespace", namespace);
    }
    if (!labels.isEmpty()) {
      metadata.put("labels", labels);
    }
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
    Instant end = end(expires, Clock.systemUTC().instant());
    if (end != null) {
      fields.put("expires", end.toString());
    }
    Map<String, Object> resource = new LinkedHashMap<>();
    resource.put("apiVersion", "portcullis.dev/v1alpha1");
    resource.put("kind", "ApiKey");
    resource.put("metadata", metadata);
    resource.put("spec", fields);
    return resource;
  }

  static @Nullable Instant end(String text, Instant now) {
    if (text.equals("never")) {
      return null;
    }
    Matcher lifetime = LIFETIME.matcher(text);
    if (lifetime.matches()) {
      long hours =
          switch (lifetime.group(2)) {
            case "h" -> 1;
            case "d" -> 24;
            case "w" -> 24 * 7;
            default -> 24 * 365;
          };
      return now.plus(Duration.ofHours(hours * Long.parseLong(lifetime.group(1))))
          .truncatedTo(ChronoUnit.SECONDS);
    }
    try {
      Instant end = Instant.parse(text);
      if (!end.isAfter(now)) {
        throw CommandException.user("--expires " + text + " has passed already");
      }
      return end;
    } catch (java.time.format.DateTimeParseException e) {
      throw CommandException.user(
          "--expires "
              + text
              + " is neither a lifetime (12h, 90d, 6w, 1y) nor a time (2027-02-20T00:00:00Z) nor"
              + " never");
    }
  }

  private static String json(Map<String, Object> value) {
    try {
      return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of text are always JSON", e);
    }
  }
}
