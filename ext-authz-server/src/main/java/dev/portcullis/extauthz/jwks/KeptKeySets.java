// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import dev.portcullis.codec.PrivateFile;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.extauthz.log.LogKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good key sets on disk, from which a replica starts while an issuer is away. One file for
 * each address, named by its SHA-256: three lines (what it is, the address, until when it is
 * fresh), then the text of the set as it came. Public keys only: what is read here is read as if it
 * came from the issuer. Thread-safe for different addresses.
 */
public final class KeptKeySets {
  private static final Logger LOG = LoggerFactory.getLogger(KeptKeySets.class);
  private static final String FIRST_LINE = "portcullis key set 1";
  private static final String SUFFIX = ".jwks";
  private static final int MAX_HEAD = 8192;

  private final Path directory;
  private final LongAdder failures = new LongAdder();

  /** Keeps them in a directory of their own, which is made when there is something to keep. */
  public KeptKeySets(Path directory) {
    this.directory = directory;
  }

  /**
   * A set as it was kept.
   *
   * @param freshUntil what its server said
   */
  @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
  record Kept(byte[] body, Instant freshUntil) {}

  /** The set of an address; empty when there is none that can be used, which is logged. */
  Optional<Kept> read(String uri) {
    Path file = file(uri);
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(parse(uri, in.readNBytes(MAX_HEAD + JwkSetReader.MAX_BYTES + 1)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | DateTimeException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.FILE, file)
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("a key set that was kept cannot be read; waiting for its issuer's");
      return Optional.empty();
    }
  }

  private static Kept parse(String uri, byte[] content) throws IOException {
    int start = 0;
    String[] head = new String[3];
    for (int line = 0; line < head.length; line++) {
      int end = start;
      while (end < content.length && content[end] != '\n') {
        end++;
      }
      if (end == content.length || end > MAX_HEAD) {
        throw new IOException("it is not whole");
      }
      head[line] = new String(content, start, end - start, StandardCharsets.UTF_8);
      start = end + 1;
    }
    if (!head[0].equals(FIRST_LINE) || !head[1].equals(uri)) {
      throw new IOException("it is not the key set of " + uri);
    }
    return new Kept(Arrays.copyOfRange(content, start, content.length), Instant.parse(head[2]));
  }

  /** Keeps a set instead of the one before. */
  void keep(String uri, byte[] body, Instant freshUntil) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(
        (FIRST_LINE + "\n" + uri + "\n" + freshUntil + "\n").getBytes(StandardCharsets.UTF_8));
    content.writeBytes(body);
    Path file = file(uri);
    try {
      PrivateFile.replace(file, content.toByteArray());
    } catch (IOException e) {
      failed(file, e);
    }
  }

  /** Forgets the sets of all other addresses. */
  void retain(Set<String> uris) {
    Set<Path> wanted = uris.stream().map(this::file).collect(Collectors.toSet());
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path each : files) {
        if (!wanted.contains(each)) {
          Files.deleteIfExists(each);
        }
      }
    } catch (NoSuchFileException none) {
      // Nothing was kept yet.
    } catch (IOException e) {
      failed(directory, e);
    }
  }

  private void failed(Path file, IOException cause) {
    failures.increment();
    LOG.atError()
        .addKeyValue(LogKeys.FILE, file)
        .addKeyValue(LogKeys.CAUSE, cause.getMessage())
        .log("key sets could not be kept on disk");
  }

  private Path file(String uri) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(uri.getBytes(StandardCharsets.UTF_8));
      return directory.resolve(HexFormat.of().formatHex(hash) + SUFFIX);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** How often the disk refused. */
  public long failures() {
    return failures.sum();
  }
}
