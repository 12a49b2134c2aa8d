// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.extauthz.geo.GeoDatabase;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * A file is refused, or it is a database that is no larger than the file, and that knows of any
 * address nothing but what stands in the file.
 */
final class GeoTarget implements FuzzTarget {
  private static final int ADDRESS_BYTES = 16;
  private static final int LOOK_UPS = 64;

  @Override
  public void accept(byte[] input) {
    Set<String> told = new HashSet<>();
    GeoDatabase<String> database;
    try {
      database =
          GeoDatabase.read(
              input,
              entry -> {
                // Not its text: entries may share a long one many times.
                String digest = Integer.toHexString(entry.hashCode());
                told.add(digest);
                return digest;
              });
    } catch (IOException e) {
      return;
    }
    if (database.size() > input.length) {
      throw new BrokenPromiseError(database.size() + " ranges of " + input.length + " bytes");
    }
    // Addresses that the input chooses, so that whoever fuzzes finds his way to all of them.
    for (int i = 0; i < LOOK_UPS && (i + 1) * ADDRESS_BYTES <= input.length; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(input, i * ADDRESS_BYTES, ADDRESS_BYTES);
      String found = database.find(new IpAddress(bytes.getLong(), bytes.getLong()));
      if (found != null && !told.contains(found)) {
        throw new BrokenPromiseError("an address has what the file never told");
      }
    }
  }
}
