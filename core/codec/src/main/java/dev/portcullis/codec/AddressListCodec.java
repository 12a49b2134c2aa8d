// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import dev.portcullis.policy.match.AddressListText;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;
import java.nio.charset.StandardCharsets;

/**
 * The canonical text of a list of addresses: one range a line, ascending, none inside another, so
 * that lists that hold the same are equal bytes. Thread-safe.
 */
public final class AddressListCodec {

  private AddressListCodec() {}

  /** The list of some ranges. */
  public static AddressList of(CidrSet ranges) {
    return new AddressList(PlanVersion.of(encode(ranges)), ranges);
  }

  /** ASCII text; every line ends with LF. */
  public static byte[] encode(CidrSet ranges) {
    StringBuilder text = new StringBuilder(20 * ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      text.append(ranges.get(i)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads a list.
   *
   * @param hash that the bytes must have
   * @throws PlanFormatException when they have another one, or are no list of at most {@link
   *     AddressListText#MAX_RANGES} ranges
   */
  public static AddressList decode(String hash, byte[] text) {
    if (!PlanVersion.of(text).equals(hash)) {
      throw new PlanFormatException("a list of addresses does not fit its hash " + hash);
    }
    AddressListText reader = new AddressListText(AddressListText.MAX_RANGES);
    reader.read(hash, new String(text, StandardCharsets.US_ASCII));
    if (reader.tooLong() || reader.faulty() > 0) {
      throw new PlanFormatException(
          "not a list of at most " + AddressListText.MAX_RANGES + " ranges: " + hash);
    }
    return new AddressList(hash, reader.ranges());
  }
}
