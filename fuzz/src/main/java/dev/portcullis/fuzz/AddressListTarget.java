// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.policy.match.AddressListText;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;

/**
 * A list of addresses. Each of its lines is nothing, a range or a fault; the list holds the ranges
 * of its lines, is no longer than they are, and travels as what it is.
 */
final class AddressListTarget implements FuzzTarget {
  private static final int MOST = 1000;

  @Override
  public void accept(byte[] input) {
    String text = Texts.of(input);
    AddressListText reader = new AddressListText(MOST);
    reader.read("fuzz", text);
    CidrSet ranges = reader.ranges();
    expect(ranges.size() <= reader.count() - reader.faulty(), "more ranges than lines");
    expect(reader.faults().size() <= AddressListText.MAX_FAULTS, "too many faults");
    for (AddressListText.Fault fault : reader.faults()) {
      expect(fault.problem().length() < 300, "a fault tells too much");
      expect(fault.line() <= text.length(), "a fault is nowhere");
    }
    if (!reader.tooLong()) {
      for (String line : text.split("\n", -1)) {
        held(line, ranges);
      }
    }
    AddressList list = AddressListCodec.of(ranges);
    AddressList read = AddressListCodec.decode(list.hash(), AddressListCodec.encode(ranges));
    expect(read.ranges().size() == ranges.size(), "a list does not read back");
  }

  private static void held(String line, CidrSet ranges) {
    Cidr range;
    try {
      range = Cidr.parse(line);
    } catch (IllegalArgumentException e) {
      return;
    }
    expect(ranges.contains(range.address()), "a line is a range that the list has not");
  }

  private static void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw new BrokenPromiseError(otherwise);
    }
  }
}
