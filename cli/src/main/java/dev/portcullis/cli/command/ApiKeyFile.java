// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** ApiKey resources in a file. */
final class ApiKeyFile {
  private ApiKeyFile() {}

  /** {@link KeyVerdict#VALID}, or what is the matter with the key. */
  static String verdict(Path file, ApiKeyText key, Instant now) {
    for (Map<?, ?> resource : read(file)) {
      if (resource.get("spec") instanceof Map<?, ?> spec && key.id().equals(spec.get("id"))) {
        return verdict(file, spec, key, now);
      }
    }
    return "unknown: no ApiKey in " + file + " has the id " + key.id();
  }

  /**
   * One resource.
   *
   * @param name of the resource; null: there is only one
   * @throws CommandException when there is none, or more than one to choose from
   */
  static HeldKey one(Path file, @Nullable String name) {
    List<HeldKey> held = new ArrayList<>();
    for (Map<?, ?> resource : read(file)) {
      Map<String, Object> members = new LinkedHashMap<>();
      resource.forEach((member, value) -> members.put(String.valueOf(member), value));
      held.add(new HeldKey("the ApiKey in " + file, members));
    }
    List<HeldKey> fitting =
        held.stream().filter(key -> name == null || name.equals(key.name())).toList();
    if (fitting.size() == 1) {
      return fitting.getFirst();
    }
    String names =
        held.stream().map(key -> String.valueOf(key.name())).collect(Collectors.joining(", "));
    String what = name == null ? "" : " " + name;
    throw CommandException.user(
        fitting.isEmpty()
            ? file + " has no ApiKey" + what + (names.isEmpty() ? "" : ": it has " + names)
            : file + " has more than one ApiKey" + what + ": say which of " + names);
  }

  private static List<Map<?, ?>> read(Path file) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      List<Map<?, ?>> found = new ArrayList<>();
      for (Object document : new Load(settings).loadAllFromString(Files.readString(file))) {
        if (document instanceof Map<?, ?> resource && "ApiKey".equals(resource.get("kind"))) {
          found.add(resource);
        }
      }
      return found;
    } catch (NoSuchFileException e) {
      throw CommandException.user(file + " does not exist: check the path");
    } catch (CharacterCodingException e) {
      throw CommandException.user(file + " is not UTF-8: save it as UTF-8");
    } catch (AccessDeniedException e) {
      throw CommandException.user(file + " may not be read: check its permissions");
    } catch (IOException e) {
      throw CommandException.user(file + " cannot be read: " + e.getMessage());
    } catch (YamlEngineException e) {
      throw CommandException.user(
          file + " is not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
  }

  private static String verdict(Path file, Map<?, ?> spec, ApiKeyText key, Instant now) {
    return new KeyVerdict(
            String.valueOf(spec.get("sha256")),
            Boolean.TRUE.equals(spec.get("revoked")),
            time(file, spec, "notBefore"),
            time(file, spec, "expires"))
        .on(key, now);
  }

  private static @Nullable Instant time(Path file, Map<?, ?> spec, String field) {
    Object value = spec.get(field);
    try {
      return value == null ? null : Instant.parse(value.toString());
    } catch (DateTimeException e) {
      throw CommandException.user(
          file
              + ": $.spec."
              + field
              + " of the ApiKey is "
              + value
              + ": write a time such as 2027-02-20T00:00:00Z");
    }
  }
}
