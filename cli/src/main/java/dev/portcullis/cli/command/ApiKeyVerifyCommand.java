// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.store.key.HeldFields;
import dev.portcullis.store.key.KeyRecords;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says whether a text is a key, and whether a resource in a file makes it valid. */
@Command(
    name = "verify",
    description = {
      "Check an API key: its form and, with --resource or --valkey, whether the resource or the"
          + " store of decision services describes this key and lets it in.",
      "The key is read from standard input, so that it stands in no shell history.",
      "What portcullis revoke has withdrawn is not asked about.",
      "Exit code 0: it is valid. 1: it is not. 3: the store does not tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey verify < key.txt",
      "  portcullis apikey verify --resource acme.yaml --output json < key.txt",
      "  portcullis apikey verify --valkey valkey://127.0.0.1:6379 -n shop < key.txt"
    })
public final class ApiKeyVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--resource",
      paramLabel = "FILE",
      description = "YAML with the ApiKey resource; other documents are passed over.")
  private @Nullable Path resource;

  @ArgGroup(exclusive = false)
  private @Nullable StoreOptions store;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "With --valkey: the namespace whose policies the key is for.")
  private @Nullable String namespace;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  @Override
  public Integer call() {
    if ((store == null) != (namespace == null)) {
      throw new ParameterException(
          spec.commandLine(), "--valkey and --namespace go together: a key is found by both");
    }
    ApiKeyText key =
        ApiKeyText.parse(readKey())
            .orElseThrow(() ->
                CommandException.user(
                    "this is not a Portcullis API key: a character is missing, added or mistyped"));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", key.id());
    answer.put("sha256", key.sha256());
    boolean valid = true;
    if (resource != null) {
      String verdict = ApiKeyFile.verdict(resource, key, Clock.systemUTC().instant());
      valid = verdict.equals(KeyVerdict.VALID);
      answer.put("resource", verdict);
    }
    if (store != null && namespace != null) {
      String verdict = verdict(store, namespace, key);
      valid &= verdict.equals(KeyVerdict.VALID);
      answer.put("store", verdict);
    }
    print(answer);
    return valid ? 0 : 1;
  }

  private static String verdict(StoreOptions store, String namespace, ApiKeyText key) {
    Optional<HeldFields> held = store.find(namespace, key.id());
    if (held.isEmpty()) {
      return "unknown: the store has no key " + KeyRecords.name(namespace, key.id());
    }
    try {
      return KeyVerdict.of(KeyRecords.read(namespace, key.id(), held.get().fields()))
          .on(key, Clock.systemUTC().instant());
    } catch (IllegalArgumentException e) {
      return "unreadable: " + e.getMessage() + "; decision services answer 503";
    }
  }

  private void print(Map<String, Object> answer) {
    var out = spec.commandLine().getOut();
    if (output == ReportFormat.JSON) {
      try {
        out.println(new JsonMapper().writeValueAsString(answer));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a map of text is always JSON", e);
      }
    } else {
      out.println("The form is right.");
      answer.forEach((name, value) -> out.println("  " + name + ": " + value));
    }
    out.flush();
  }

  private static String readKey() {
    Optional<Console> person = Terminal.person();
    if (person.isPresent()) {
      char[] typed = person.get().readPassword("API key: ");
      return typed == null ? "" : new String(typed).strip();
    }
    try {
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = in.readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      throw CommandException.environment("standard input cannot be read: " + e.getMessage());
    }
  }
}
