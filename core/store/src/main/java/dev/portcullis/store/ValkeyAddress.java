// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store;

import com.google.common.net.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a shared store is.
 *
 * @param hosts of the server; of Sentinels; or of some nodes of a Cluster
 * @param primary the name by which Sentinels know the server; null unless there are Sentinels
 * @param database 0 in a Cluster
 */
public record ValkeyAddress(
    Kind kind, boolean tls, List<HostAndPort> hosts, @Nullable String primary, int database) {
  private static final int PORT = 6379;
  private static final int SENTINEL_PORT = 26379;
  private static final int MAX_HOSTS = 32;
  private static final Pattern FORM =
      Pattern.compile("(valkeys?|rediss?)(?:\\+(sentinel|cluster))?://([^/?#]+)(/[^?#]*)?");
  private static final Pattern DATABASE = Pattern.compile("[0-9]{1,4}");

  /** Who answers at the hosts. */
  public enum Kind {
    /** One server. */
    STANDALONE,
    /** Sentinels, which know where the server is. */
    SENTINEL,
    /** Nodes of a Cluster. */
    CLUSTER
  }

  public ValkeyAddress {
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads {@code valkey://HOST[:PORT][/DATABASE]}, {@code
   * valkey+sentinel://HOST[:PORT],…/PRIMARY[/DATABASE]} and {@code valkey+cluster://HOST[:PORT],…};
   * {@code valkeys} and {@code rediss} are over TLS, and {@code redis} is another word for {@code
   * valkey}.
   *
   * @throws IllegalArgumentException when it is something else; its message quotes nothing of the
   *     text, which may hold a password
   */
  public static ValkeyAddress parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "must be valkey://HOST:PORT, valkey+sentinel://HOST:PORT,HOST:PORT/PRIMARY or"
              + " valkey+cluster://HOST:PORT,HOST:PORT; with TLS it begins with valkeys");
    }
    if (form.group(3).indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "must hold neither user nor password: everybody can see a command line; say --valkey-user"
              + " and --valkey-password-file");
    }
    Kind kind =
        switch (form.group(2)) {
          case "sentinel" -> Kind.SENTINEL;
          case "cluster" -> Kind.CLUSTER;
          case null, default -> Kind.STANDALONE;
        };
    List<HostAndPort> hosts = hosts(form.group(3), kind);
    if (kind == Kind.STANDALONE && hosts.size() > 1) {
      throw new IllegalArgumentException(
          "names several servers: begin with valkey+cluster or valkey+sentinel");
    }
    String path = form.group(4) == null ? "" : form.group(4).substring(1);
    boolean tls = form.group(1).equals("valkeys") || form.group(1).equals("rediss");
    return switch (kind) {
      case STANDALONE -> new ValkeyAddress(kind, tls, hosts, null, database(path));
      case CLUSTER -> {
        if (!path.isEmpty()) {
          throw new IllegalArgumentException("names a database, and a Cluster has one only");
        }
        yield new ValkeyAddress(kind, tls, hosts, null, 0);
      }
      case SENTINEL -> {
        int slash = path.indexOf('/');
        String primary = slash < 0 ? path : path.substring(0, slash);
        if (primary.isEmpty()) {
          throw new IllegalArgumentException(
              "must say by which name the Sentinels know the server:"
                  + " valkey+sentinel://HOST:PORT/PRIMARY");
        }
        yield new ValkeyAddress(
            kind, tls, hosts, primary, slash < 0 ? 0 : database(path.substring(slash + 1)));
      }
    };
  }

  private static List<HostAndPort> hosts(String list, Kind kind) {
    List<HostAndPort> hosts = new ArrayList<>();
    for (String each : list.split(",", -1)) {
      try {
        HostAndPort host = HostAndPort.fromString(each).requireBracketsForIPv6();
        if (host.getHost().isEmpty()) {
          throw new IllegalArgumentException("no host");
        }
        hosts.add(host.withDefaultPort(kind == Kind.SENTINEL ? SENTINEL_PORT : PORT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "must name hosts as HOST or HOST:PORT, joined by commas", e);
      }
    }
    if (hosts.size() > MAX_HOSTS) {
      throw new IllegalArgumentException("must name at most " + MAX_HOSTS + " hosts");
    }
    return hosts;
  }

  private static int database(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!DATABASE.matcher(text).matches()) {
      throw new IllegalArgumentException("must end with the number of a database, such as /0");
    }
    return Integer.parseInt(text);
  }

  /** As logs show it: hosts only. */
  @Override
  public String toString() {
    return (tls ? "valkeys" : "valkey")
        + switch (kind) {
          case STANDALONE -> "";
          case SENTINEL -> "+sentinel";
          case CLUSTER -> "+cluster";
        }
        + "://"
        + String.join(",", hosts.stream().map(HostAndPort::toString).toList())
        + (primary == null ? "" : "/" + primary)
        + (database == 0 ? "" : "/" + database);
  }
}
