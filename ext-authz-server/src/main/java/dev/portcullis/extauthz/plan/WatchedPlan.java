// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanFormatException;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.log.LogKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a plan directory. Looks every {@link #INTERVAL} whether a file was replaced: two calls of
 * the kernel, which also see what notifications miss (mounted ConfigMaps, network file systems). A
 * plan that cannot be read changes nothing; it is reported once.
 */
final class WatchedPlan {
  /** Between two looks; a change takes effect within this and the time to load it. */
  static final Duration INTERVAL = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(WatchedPlan.class);

  private final PlanDirectory directory;
  private final PlanStore store;
  private @Nullable Stamps seen;

  /** What tells one content of a file from the next without reading it; null: no file. */
  private record Stamp(FileTime modified, long size, @Nullable Object inode) {}

  private record Stamps(@Nullable Stamp plan, @Nullable Stamp secrets) {}

  WatchedPlan(PlanDirectory directory, PlanStore store) {
    this.directory = directory;
    this.store = store;
  }

  /**
   * Reads the plan for the first time.
   *
   * @return why routes could not be loaded, by id
   * @throws IOException when there is no plan, or it cannot be read
   * @throws PlanFormatException when a file is not what it should be
   */
  Map<String, String> load() throws IOException {
    Stamps before = new Stamps(stamp(directory.planFile()), stamp(directory.secretsFile()));
    PlanSnapshot plan = directory.readPlan();
    Map<String, String> failures =
        store.replace(plan, directory.readSecrets(), directory.readLists(plan));
    seen = before;
    store.status().connected(true);
    return failures;
  }

  /** Reads the plan again if it has changed. */
  void look() {
    try {
      Stamps now = new Stamps(stamp(directory.planFile()), stamp(directory.secretsFile()));
      if (now.equals(seen)) {
        return;
      }
      seen = now;
      report(load());
    } catch (IOException | RuntimeException e) {
      store.status().connected(false);
      store.status().rejected(1);
      LOG.atError()
          .addKeyValue(LogKeys.FILE, directory.planFile())
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("the plan cannot be read; decisions go on with the former one");
    }
  }

  private static void report(Map<String, String> failures) {
    LOG.info("the plan was read again");
    failures.forEach((route, why) ->
        LOG.atError()
            .addKeyValue(LogKeys.NAME, route)
            .addKeyValue(LogKeys.CAUSE, why)
            .log("a route cannot be loaded"));
  }

  private static @Nullable Stamp stamp(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }
}
