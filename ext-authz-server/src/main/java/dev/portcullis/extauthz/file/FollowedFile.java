// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.file;

import dev.portcullis.extauthz.log.LogKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file of certificates that may be replaced, and what was made of its last good content.
 * Other than a {@link WatchedFile} it must be good at first, and is looked at by whoever needs it,
 * at most once in {@value #LOOK_SECONDS} s. Thread-safe.
 *
 * @param <T> what is made of the file; immutable
 */
public final class FollowedFile<T> {
  /** Between two looks. */
  public static final int LOOK_SECONDS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);
  private static final long LOOK_NANOS = LOOK_SECONDS * 1_000_000_000L;
  private static final int MAX_BYTES = 1 << 20;

  private final Path file;
  private final String what;
  private final LongSupplier nanos;
  private final Reader<T> reader;
  private volatile T current;
  private byte[] read;
  private long looked;
  private boolean refused;

  /**
   * Makes something of what a file holds.
   *
   * @param <T> what is made of it
   */
  @FunctionalInterface
  public interface Reader<T> {

    /**
     * Makes it.
     *
     * @throws GeneralSecurityException when the content is not what it should be
     * @throws IOException the same
     */
    T read(byte[] content) throws GeneralSecurityException, IOException;
  }

  /**
   * Reads the file, at most 1 MiB.
   *
   * @param what the file holds, for the log; in the plural
   * @param nanos a clock that only goes forward
   * @throws GeneralSecurityException as the reader does
   * @throws IOException when it cannot be read, or as the reader does
   */
  public FollowedFile(Path file, String what, LongSupplier nanos, Reader<T> reader)
      throws GeneralSecurityException, IOException {
    this.file = file;
    this.what = what;
    this.nanos = nanos;
    this.reader = reader;
    this.read = content();
    this.current = reader.read(read);
    this.looked = nanos.getAsLong();
  }

  private byte[] content() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IOException("it is larger than 1 MiB");
      }
      return content;
    }
  }

  /** What was made of the last good content. */
  public T current() {
    return current;
  }

  /**
   * Reads the file again if it is time to; one that cannot be used changes nothing.
   *
   * @return whether something else is in use now
   */
  public synchronized boolean look() {
    long now = nanos.getAsLong();
    if (now - looked < LOOK_NANOS) {
      return false;
    }
    looked = now;
    try {
      byte[] content = content();
      boolean other = !Arrays.equals(content, read);
      if (other) {
        current = reader.read(content);
        read = content;
        LOG.atInfo().addKeyValue(LogKeys.FILE, file).log(what + " are in use");
      }
      refused = false;
      return other;
    } catch (IOException | GeneralSecurityException e) {
      if (!refused) {
        LOG.atError()
            .addKeyValue(LogKeys.FILE, file)
            .addKeyValue(LogKeys.CAUSE, e.getMessage() == null ? e.toString() : e.getMessage())
            .log(what + " cannot be read; the last good ones stay");
      }
      refused = true;
      return false;
    }
  }
}
