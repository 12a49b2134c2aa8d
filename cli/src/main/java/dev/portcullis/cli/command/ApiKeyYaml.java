// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** ApiKey resources as they are written. */
final class ApiKeyYaml {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private ApiKeyYaml() {}

  /**
   * Of a resource.
   *
   * @param namespace null: left to kubectl
   */
  record Metadata(String name, @Nullable String namespace, Map<?, ?> labels) {}

  /** What a resource is called unless its owner says: the client and the begin of the key's id. */
  static String name(String client, ApiKeyText key) {
    return client + "-" + key.id().substring(0, 8).toLowerCase(Locale.ROOT);
  }

  /**
   * A resource to write.
   *
   * @throws CommandException when no resource can have the name
   */
  static Map<String, Object> resource(Metadata metadata, Map<String, Object> fields) {
    if (!NAME.matcher(metadata.name()).matches()) {
      throw CommandException.user(
          "\""
              + metadata.name()
              + "\" cannot name a resource (small letters, digits and -); give one with --name");
    }
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("name", metadata.name());
    if (metadata.namespace() != null) {
      named.put("namespace", metadata.namespace());
    }
    if (!metadata.labels().isEmpty()) {
      named.put("labels", metadata.labels());
    }
    Map<String, Object> resource = new LinkedHashMap<>();
    resource.put("apiVersion", "portcullis.dev/v1alpha1");
    resource.put("kind", "ApiKey");
    resource.put("metadata", named);
    resource.put("spec", fields);
    return resource;
  }
}
