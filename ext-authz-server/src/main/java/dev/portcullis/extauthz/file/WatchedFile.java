// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One file and the last good content that was read from it. One thread looks, any may ask.
 *
 * @param <T> what is made of the file; immutable
 */
public final class WatchedFile<T> {
  private final Path file;
  private final Kind<T> kind;
  private final LongAdder refused = new LongAdder();
  private volatile @Nullable T current;
  private String seen = "";

  /** What files are read as, and who is told of it. Called by the thread that looks. */
  public interface Kind<T> {

    /**
     * Reads all of a file.
     *
     * @throws IOException when it cannot be read, or is not what it should be
     */
    T read(Path file) throws IOException;

    /** A file was read, and is in use now. */
    void used(Path file, T content);

    /**
     * A file could not be read.
     *
     * @param first whether none was read before, so that there is nothing to use
     */
    void refused(Path file, Exception cause, boolean first);
  }

  /** Reads nothing yet. */
  public WatchedFile(Path file, Kind<T> kind) {
    this.file = file;
    this.kind = kind;
  }

  /** Reads the file if it is another one than last time. Never throws. */
  public void look() {
    String stamp = stamp();
    if (stamp.equals(seen)) {
      return;
    }
    seen = stamp;
    try {
      T read = kind.read(file);
      if (!stamp().equals(stamp)) {
        // Somebody writes it just now: the next look reads all of it.
        return;
      }
      current = read;
      kind.used(file, read);
    } catch (IOException | RuntimeException e) {
      refused.increment();
      kind.refused(file, e, current == null);
    }
  }

  /** What changes when a file is replaced, also behind a symbolic link as volumes have it. */
  private String stamp() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.fileKey() + " " + attributes.lastModifiedTime() + " " + attributes.size();
    } catch (IOException e) {
      return "absent: " + e;
    }
  }

  /** The last good content; null: there was none. */
  public @Nullable T current() {
    return current;
  }

  /** Files that could not be read so far. */
  public long refused() {
    return refused.sum();
  }
}
