// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.extauthz.jwks.RemoteKeySets;
import dev.portcullis.extauthz.stream.Observer;
import java.time.InstantSource;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Gathers what the operator is told of this replica, from the parts that see it. */
public final class ReplicaObserver implements Observer {
  private final RemoteKeySets keySets;
  private final ApiKeyUse use;
  private final InstantSource clock;
  private SortedMap<String, KeySetTrouble> toldOf = Observations.NONE.keySets();

  /** Observes the parts. */
  public ReplicaObserver(RemoteKeySets keySets, ApiKeyUse use, InstantSource clock) {
    this.keySets = keySets;
    this.use = use;
    this.clock = clock;
  }

  @Override
  public void begin() {
    toldOf = Observations.NONE.keySets();
    use.tellAnew();
  }

  @Override
  public @Nullable Observations news() {
    Observations now = new Observations(keySets.troubles(), use.untold(clock.instant()));
    return now.lastUsed().isEmpty() && now.keySets().equals(toldOf) ? null : now;
  }

  @Override
  public void told(Observations news) {
    toldOf = news.keySets();
    use.told(news.lastUsed());
  }
}
