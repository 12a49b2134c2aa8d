// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked of the decision service behind a gateway.
 *
 * @param admin where it shows health and metrics; null: on a free port of loopback
 * @param decisionLog a file, {@code -} or {@code none}
 * @param countries database in MaxMind's format; null: none
 * @param systems database in MaxMind's format; null: none
 * @param issuers who vouches for issuers beside the JVM's own authorities; null: nobody
 * @param shared address of the store that decision services share; null: none
 * @param addressLists files of lists of addresses, by the names that policies have for them
 * @param revocations null: credentials are not withdrawn before they end
 */
public record DecisionServiceOptions(
    @Nullable HostPort admin,
    String decisionLog,
    @Nullable Path countries,
    @Nullable Path systems,
    @Nullable Path issuers,
    @Nullable String shared,
    Map<String, Path> addressLists,
    @Nullable RevocationOptions revocations) {

  public DecisionServiceOptions {
    addressLists = Map.copyOf(addressLists);
  }

  /**
   * Nothing but a log.
   *
   * @param decisionLog a file, {@code -} or {@code none}
   */
  public static DecisionServiceOptions logging(String decisionLog) {
    return new DecisionServiceOptions(null, decisionLog, null, null, null, null, Map.of(), null);
  }

  /** These, with the port for health and metrics. */
  public DecisionServiceOptions withAdmin(HostPort port) {
    return new DecisionServiceOptions(
        port, decisionLog, countries, systems, issuers, shared, addressLists, revocations);
  }

  /** These, with lists by their names. */
  public DecisionServiceOptions withAddressLists(Map<String, Path> lists) {
    return new DecisionServiceOptions(
        admin, decisionLog, countries, systems, issuers, shared, lists, revocations);
  }

  /**
   * What it is told beside where it listens and where its plan is.
   *
   * @throws CommandException when a file cannot be read
   */
  List<String> flags() {
    List<String> flags = new ArrayList<>();
    flags.add("--decision-log=" + decisionLog);
    file(flags, "--geo-country", countries);
    file(flags, "--geo-asn", systems);
    file(flags, "--issuer-ca", issuers);
    if (shared != null) {
      flags.add("--valkey=" + shared);
      // Whoever tries a store out tries keys in it; to other requests it makes no difference.
      flags.add("--valkey-keys");
    }
    addressLists.forEach((list, file) ->
        flags.add("--address-list=" + list + "=" + readable("--address-list", file)));
    if (revocations != null) {
      flags.addAll(revocations.flags());
    }
    return flags;
  }

  private static void file(List<String> flags, String flag, @Nullable Path file) {
    if (file != null) {
      flags.add(flag + "=" + readable(flag, file));
    }
  }

  static Path readable(String flag, Path file) {
    if (!Files.isReadable(file)) {
      throw CommandException.user(flag + ": cannot read the file " + file);
    }
    return file.toAbsolutePath();
  }
}
