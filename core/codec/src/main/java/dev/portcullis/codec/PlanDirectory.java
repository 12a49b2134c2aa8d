// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import dev.portcullis.policy.plan.SecretMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A plan in files:
 *
 * <pre>
 *   plan.json     the {@link PlanSnapshot}, pretty canonical JSON
 *   secrets.json  secret material by its SHA-256, in Base64; written by the gateway only
 * </pre>
 *
 * <p>Each file is replaced whole (a new file, flushed, renamed over the old) and readable by its
 * owner only, so that a reader never sees half of one and nobody else sees any. Secrets are written
 * first: a plan on disk never refers to material that is not there yet. Not meant for two writers.
 */
public final class PlanDirectory {
  private final Path directory;

  /** Names a directory; nothing is touched yet. */
  public PlanDirectory(Path directory) {
    this.directory = directory;
  }

  /** {@code plan.json} in the directory. */
  public Path planFile() {
    return directory.resolve("plan.json");
  }

  /** {@code secrets.json} in the directory. */
  public Path secretsFile() {
    return directory.resolve("secrets.json");
  }

  /**
   * Replaces the plan; makes the directory (mode 0700) if there is none.
   *
   * @throws IOException naming the file, when the disk refuses
   */
  public void writePlan(PlanSnapshot plan) throws IOException {
    PrivateFile.replace(planFile(), PlanCodec.encode(plan));
  }

  /**
   * Replaces secret material and then the plan. For the gateway, which runs server and plan on one
   * machine for one user; a server that gets its plan from an operator never writes material.
   *
   * @throws IOException naming the file, when the disk refuses
   */
  public void write(PlanSnapshot plan, Collection<SecretMaterial> secrets) throws IOException {
    PrivateFile.replace(secretsFile(), SecretsJson.encode(secrets));
    writePlan(plan);
  }

  /**
   * Reads the plan.
   *
   * @throws NoSuchFileException when none was written yet
   * @throws PlanFormatException when the file is not a plan that this version understands
   * @throws IOException when it cannot be read
   */
  public PlanSnapshot readPlan() throws IOException {
    return PlanCodec.decodeSnapshot(Files.readAllBytes(planFile()));
  }

  /**
   * Reads secret material by its hash; empty when there is no such file.
   *
   * @throws PlanFormatException when the file is malformed or material does not fit its hash; the
   *     message shows none of it
   * @throws IOException when it cannot be read
   */
  public SortedMap<String, SecretMaterial> readSecrets() throws IOException {
    try {
      return SecretsJson.decode(Files.readAllBytes(secretsFile()));
    } catch (NoSuchFileException none) {
      return new TreeMap<>();
    }
  }
}
