// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.codec.tls.NamedTls;
import dev.portcullis.extauthz.log.LogKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS to the replicas of one name, by the authorities that a file holds now. It is looked at when a
 * connection is wanted, at most once in {@value #LOOK_SECONDS} s; a file that cannot be used
 * changes nothing. Other authorities mean another factory, so no connection and no session of
 * before is used again. Thread-safe.
 */
final class ReplicaTls {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaTls.class);
  private static final int LOOK_SECONDS = 5;
  private static final long LOOK_NANOS = LOOK_SECONDS * 1_000_000_000L;
  private static final int MAX_BYTES = 1 << 20;

  private final String name;
  private final Path authorities;
  private byte[] read;
  private NamedTls tls;
  private long looked = System.nanoTime();
  private boolean refused;

  /**
   * Trusts the authorities in a file.
   *
   * @throws GeneralSecurityException when the file holds no certificate
   * @throws IOException when it cannot be read
   */
  ReplicaTls(String name, Path authorities) throws GeneralSecurityException, IOException {
    this.name = name;
    this.authorities = authorities;
    this.read = content();
    this.tls = NamedTls.to(name, authorities);
  }

  private byte[] content() throws IOException {
    try (InputStream in = Files.newInputStream(authorities)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IOException("it is larger than 1 MiB");
      }
      return content;
    }
  }

  synchronized NamedTls current() {
    long now = System.nanoTime();
    if (now - looked < LOOK_NANOS) {
      return tls;
    }
    looked = now;
    try {
      // Read before it is used: what is written in between is seen by the next look.
      byte[] content = content();
      if (!Arrays.equals(content, read)) {
        tls = NamedTls.to(name, authorities);
        read = content;
        LOG.atInfo()
            .addKeyValue(LogKeys.FILE, authorities)
            .log("authorities of other replicas are in use");
      }
      refused = false;
    } catch (IOException | GeneralSecurityException e) {
      if (!refused) {
        LOG.atError()
            .addKeyValue(LogKeys.FILE, authorities)
            .addKeyValue(LogKeys.CAUSE, e.getMessage())
            .log("authorities of other replicas cannot be read; the last good ones stay");
      }
      refused = true;
    }
    return tls;
  }
}
