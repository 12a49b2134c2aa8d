// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a route: all that is guarded by the same policies in the same way. People read it in
 * decisions, metrics and status; programs compare it and take nothing else from it.
 *
 * <pre>
 * shop/orders                          a Service
 * shop/orders/http                     one port of a Service that policies speak of by its name
 * shop/carts+orders                    what two Services select
 * shop/orders@deployment.orders        what a Service selects of a workload that policies speak of
 * shop/@deployment.orders/metrics      one port of a workload
 * shop/@pods                           pods of a namespace that neither Service nor workload has
 *
 * id       = namespace "/" ( services [ workload ] | workload | "@pods" )
 * services = service *( "+" service )          sorted
 * service  = name [ "/" port ]
 * workload = "@" kind "." name [ "/" port ]    kind in lower case
 * </pre>
 *
 * <p>At most {@value #MAX_LENGTH} characters; of a longer one the end is replaced by {@code ~} and
 * 16 hexadecimal digits of its SHA-256.
 */
public record RouteId(String value) implements Comparable<RouteId> {
  /** The longest that an id gets, in characters. */
  public static final int MAX_LENGTH = 192;

  private static final int HASH_DIGITS = 16;
  private static final Pattern SHAPE = Pattern.compile("[a-z0-9.-]{1,63}/[a-z0-9@][a-z0-9./+@~-]*");

  public RouteId {
    if (value.length() > MAX_LENGTH || !SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException("not a route id (such as namespace/service): " + value);
    }
  }

  /** The route of a service, or of one named port of it when {@code section} is not null. */
  public static RouteId of(String namespace, String service, @Nullable String section) {
    return new RouteId(
        section == null ? namespace + "/" + service : namespace + "/" + service + "/" + section);
  }

  /**
   * The route of what several have in common.
   *
   * @param services each {@code name} or {@code name/port}
   * @param workload {@code kind.name} or {@code kind.name/port}, the kind in lower case; null: none
   */
  public static RouteId of(
      String namespace, SortedSet<String> services, @Nullable String workload) {
    String end = workload == null ? services.isEmpty() ? "@pods" : "" : "@" + workload;
    return shortened(namespace + "/" + String.join("+", services) + end);
  }

  private static RouteId shortened(String id) {
    return new RouteId(
        id.length() <= MAX_LENGTH
            ? id
            : id.substring(0, MAX_LENGTH - HASH_DIGITS - 1)
                + "~"
                + hash(id).substring(0, HASH_DIGITS));
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

  /** The namespace of what is guarded. */
  public String namespace() {
    return value.substring(0, value.indexOf('/'));
  }

  @Override
  public int compareTo(RouteId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
