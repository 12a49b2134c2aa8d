// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import dev.portcullis.policy.apikey.ApiKeyText;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * An API key that was issued for a run, and the resource that makes it known.
 *
 * @param name of the resource
 * @param key the key itself; it lives as long as the run
 */
public record IssuedKey(String name, Suite.ApiKey spec, ApiKeyText key) {

  static IssuedKey issue(String name, Suite.ApiKey spec) {
    return new IssuedKey(name, spec, ApiKeyText.generate(new SecureRandom()));
  }

  /** The key as a client sends it. */
  public String text() {
    return key.reveal();
  }

  /** The ApiKey resource as YAML, for kubectl or a file. */
  public String resource() {
    List<String> lines = new ArrayList<>();
    lines.add("apiVersion: portcullis.dev/v1alpha1");
    lines.add("kind: ApiKey");
    lines.add("metadata:");
    lines.add("  name: " + name);
    lines.add("  namespace: " + spec.namespace());
    if (!spec.labels().isEmpty()) {
      lines.add("  labels:");
      spec.labels().forEach((label, value) -> lines.add("    " + label + ": \"" + value + "\""));
    }
    lines.add("spec:");
    lines.add("  id: \"" + key.id() + "\"");
    lines.add("  sha256: \"" + sha256() + "\"");
    lines.add("  client: " + spec.client());
    if (spec.plan() != null) {
      lines.add("  plan: " + spec.plan());
    }
    if (!spec.scopes().isEmpty()) {
      lines.add("  scopes: [" + String.join(", ", spec.scopes()) + "]");
    }
    if (spec.notBefore() != null) {
      lines.add("  notBefore: \"" + spec.notBefore() + "\"");
    }
    if (spec.expires() != null) {
      lines.add("  expires: \"" + spec.expires() + "\"");
    }
    if (spec.revoked()) {
      lines.add("  revoked: true");
    }
    return String.join("\n", lines) + "\n";
  }

  private String sha256() {
    return spec.known() == Suite.ApiKey.Known.KEY
        ? key.sha256()
        : ApiKeyText.generate(new SecureRandom()).sha256();
  }

  @Override
  public String toString() {
    return "IssuedKey[" + name + "]";
  }
}
