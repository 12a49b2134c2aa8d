// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.suite.Suite;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where addresses belong to by what a suite says of them. */
public record SuiteGeo(Map<Cidr, Suite.Place> places) implements GeoSource {
  public SuiteGeo {
    places = Map.copyOf(places);
  }

  @Override
  public @Nullable String country(IpAddress address) {
    return find(address, Suite.Place::country, "");
  }

  @Override
  public @Nullable Long autonomousSystem(IpAddress address) {
    return find(address, Suite.Place::asn, 0L);
  }

  /** Of the narrowest network that holds the address; null: no network has anything of the kind. */
  private <V> @Nullable V find(
      IpAddress address, Function<Suite.Place, @Nullable V> read, V unknown) {
    @Nullable V found = null;
    int narrowest = -1;
    for (Map.Entry<Cidr, Suite.Place> each : places.entrySet()) {
      V value = read.apply(each.getValue());
      if (value != null && found == null) {
        found = unknown;
      }
      if (value != null && each.getKey().contains(address) && each.getKey().prefix() > narrowest) {
        narrowest = each.getKey().prefix();
        found = Objects.requireNonNull(value);
      }
    }
    return found;
  }
}
