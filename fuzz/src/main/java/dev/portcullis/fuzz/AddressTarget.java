// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.engine.phase.ClientAddress;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.match.PrincipalPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Four lines: X-Forwarded-For, an address range, a SPIFFE ID, a pattern of SPIFFE IDs. What was
 * read and is written again is read as the same, and a set of one range holds what the range holds.
 */
final class AddressTarget implements FuzzTarget {
  private static final IpAddress PROXY = IpAddress.parse("10.0.0.1");
  private static final ClientAddress CLIENT =
      new ClientAddress(CidrSet.of(List.of(Cidr.parse("10.0.0.0/8"))));

  @Override
  public void accept(byte[] input) {
    String[] lines = Texts.lines(input, 4);
    IpAddress client = client(lines[0]);
    expect(IpAddress.parse(client.toString()).equals(client), "an address does not read back");
    Cidr range = range(lines[1]);
    if (range != null) {
      expect(Cidr.parse(range.toString()).equals(range), "a range does not read back");
      expect(
          range.contains(client) == CidrSet.of(List.of(range)).contains(client),
          "a range and its set disagree");
    }
    Principal principal = Principal.read(lines[2]);
    PrincipalPattern pattern = pattern(lines[3]);
    if (principal != null && pattern != null && pattern.matches(principal)) {
      expect(
          pattern.trustDomain().equals(principal.trustDomain()),
          "a pattern names an identity of another trust domain");
    }
  }

  private static IpAddress client(String forwarded) {
    return CLIENT.of(
        new RequestContext(
            new RequestLine("GET", "/", "a", "https", "HTTP/2"),
            Headers.of("x-forwarded-for", forwarded),
            new Peer(PROXY, 40_000, null),
            "fuzz",
            Gate.NOW));
  }

  private static @Nullable Cidr range(String text) {
    try {
      return Cidr.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable PrincipalPattern pattern(String text) {
    try {
      return PrincipalPattern.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw new BrokenPromiseError(otherwise);
    }
  }
}
