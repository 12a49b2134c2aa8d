// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.SecretMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A plan in files:
 *
 * <pre>
 *   plan.json     the {@link PlanSnapshot}, pretty canonical JSON
 *   secrets.json  secret material by its SHA-256, in Base64; written by the gateway only
 *   lists/        lists of addresses, each in a file named by its SHA-256
 * </pre>
 *
 * <p>Each file is replaced whole (a new file, flushed, renamed over the old) and readable by its
 * owner only, so that a reader never sees half of one and nobody else sees any. Secrets and lists
 * are written first: a plan on disk never refers to what is not there yet. A list that no plan
 * needs any more stays until the plan after the next, for a reader that is half-way. Not meant for
 * two writers.
 */
public final class PlanDirectory {
  private final Path directory;

  /** Lists of the plan that was written last; null: none was. */
  private @Nullable Set<String> formerLists;

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

  private Path listsDirectory() {
    return directory.resolve("lists");
  }

  /**
   * Replaces the plan, and writes the lists that are new; makes the directory (mode 0700) if there
   * is none.
   *
   * @param lists all that the plan refers to
   * @throws IOException naming the file, when the disk refuses
   */
  public void writePlan(PlanSnapshot plan, Collection<AddressList> lists) throws IOException {
    Set<String> wanted = new HashSet<>();
    for (AddressList list : lists) {
      Path file = listsDirectory().resolve(list.hash());
      if (!Files.exists(file)) {
        PrivateFile.replace(file, AddressListCodec.encode(list.ranges()));
      }
      wanted.add(list.hash());
    }
    PrivateFile.replace(planFile(), PlanCodec.encode(plan));
    removeLists(wanted);
    formerLists = wanted;
  }

  /**
   * Replaces a plan that refers to no list; else as {@link #writePlan(PlanSnapshot, Collection)}.
   */
  public void writePlan(PlanSnapshot plan) throws IOException {
    writePlan(plan, List.of());
  }

  private void removeLists(Set<String> wanted) throws IOException {
    Set<String> former = formerLists;
    if (former == null || !Files.isDirectory(listsDirectory())) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(listsDirectory())) {
      files = all.toList();
    }
    for (Path file : files) {
      String hash = String.valueOf(file.getFileName());
      if (!wanted.contains(hash) && !former.contains(hash)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Replaces secret material, lists and then the plan. For the gateway, which runs server and plan
   * on one machine for one user; a server that gets its plan from an operator never writes
   * material.
   *
   * @param lists all that the plan refers to
   * @throws IOException naming the file, when the disk refuses
   */
  public void write(
      PlanSnapshot plan, Collection<SecretMaterial> secrets, Collection<AddressList> lists)
      throws IOException {
    PrivateFile.replace(secretsFile(), SecretsJson.encode(secrets));
    writePlan(plan, lists);
  }

  /** As {@link #write(PlanSnapshot, Collection, Collection)}, of a plan that refers to no list. */
  public void write(PlanSnapshot plan, Collection<SecretMaterial> secrets) throws IOException {
    write(plan, secrets, List.of());
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

  /**
   * Reads the lists that a plan refers to, by their hashes; one that is not there is left out.
   *
   * @throws PlanFormatException when a file does not fit its hash
   * @throws IOException when one cannot be read
   */
  public SortedMap<String, AddressList> readLists(PlanSnapshot plan) throws IOException {
    SortedMap<String, AddressList> lists = new TreeMap<>();
    for (String hash : plan.lists()) {
      Path file = listsDirectory().resolve(hash);
      if (Files.exists(file)) {
        lists.put(hash, AddressListCodec.decode(hash, Files.readAllBytes(file)));
      }
    }
    return lists;
  }
}
