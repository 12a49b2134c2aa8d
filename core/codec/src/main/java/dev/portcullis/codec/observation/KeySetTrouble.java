// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.observation;

/**
 * Why the keys of an issuer are older than they should be, or not there at all.
 *
 * @param kept whether there are keys from before, which verify tokens all the same
 * @param cause why the last fetch brought nothing; for people, at most {@link #MAX_CAUSE}
 *     characters, without control characters
 */
public record KeySetTrouble(boolean kept, String cause) {
  /** Characters of a cause; what is longer is cut. */
  public static final int MAX_CAUSE = 256;

  public KeySetTrouble {
    cause = printable(cause);
  }

  /** The cause may quote what an issuer's server answered. */
  private static String printable(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(MAX_CAUSE)
        .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return clean.toString();
  }
}
