// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names one counter.
 *
 * @param limit {@code namespace/name/limit} and how it counts
 * @param realm what kind of name follows: an issuer, {@code client}, {@code address}, {@code key}
 * @param text the name; empty for an address
 * @param high the first half of an address; 0 for others
 * @param low the second half of an address; 0 for others
 */
public record CounterKey(String limit, String realm, String text, long high, long low) {
  private static final int IPV6_SITE = 64;
  // Longer keys are replaced by their hash, so that clients cannot fill memory with long ones.
  private static final int MAX_LENGTH = 96;

  /** What the counters of a limit have in common: its name, and how it counts. */
  public static String limit(LimitSpec spec, Meter meter) {
    return spec.source().namespace()
        + "/"
        + spec.source().name()
        + "/"
        + spec.name()
        + (spec.mode() == Mode.SHADOW ? "#shadow#" : "#")
        + meter.kind()
        + (spec.count() == LimitSpec.Count.FAILURES ? "#failures" : "");
  }

  /** A counter by name. */
  public static CounterKey named(String limit, String realm, String text) {
    return new CounterKey(limit, realm, text.length() <= MAX_LENGTH ? text : hash(text), 0, 0);
  }

  /** The counter of who has no key of the limit's own: by client. */
  public static CounterKey client(String limit, String client) {
    return named(limit, "client", client);
  }

  /**
   * The counter of who has no key of the limit's own, nor a client: by subject.
   *
   * @param issuer within which the subject is one; null: of no issuer
   */
  public static CounterKey subject(String limit, @Nullable String issuer, String subject) {
    return named(limit, issuer == null ? "subject" : issuer, subject);
  }

  /** The counter of a key of the limit's own. Parts carry their lengths: none can be forged. */
  public static CounterKey computed(String limit, List<String> parts) {
    if (parts.size() == 1) {
      return named(limit, "key", parts.getFirst());
    }
    StringBuilder joined = new StringBuilder();
    for (String part : parts) {
      joined.append(part.length()).append(':').append(part);
    }
    return named(limit, "key", joined.toString());
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A counter by address; all of an IPv6 /64 share one, because one host commands all of it. */
  public static CounterKey address(String limit, IpAddress address) {
    return new CounterKey(
        limit, "address", "", address.high(), address.isIpv4() ? address.low() : 0);
  }

  /** The policy whose limit it is, as {@code namespace/name}. */
  public String policy() {
    return limit.substring(0, limit.indexOf('/', limit.indexOf('/') + 1));
  }

  /** The counter that all keys share for which there is no room. */
  static CounterKey overflow(String limit) {
    return new CounterKey(limit, "overflow", "", 0, 0);
  }

  /** Whether a part of a limit's key is the client's address, of which counters see the site. */
  public static boolean isAddress(Expression part) {
    return part.source().strip().equals("source.address");
  }

  /** An address as counters see it, for a part of a longer key. */
  public static IpAddress site(IpAddress address) {
    return address.isIpv4() ? address : address.masked(IPV6_SITE);
  }
}
