// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.proof;

import dev.portcullis.engine.authentication.proof.ReplayWindow.Sighting;
import dev.portcullis.engine.port.SharedProofs;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The proofs that decision services have seen, each for as long as it could be used again. An entry
 * is a hash: who asked, and in which question. It is read and written in one step, so of many who
 * bring a proof at a time one is the first. Thread-safe.
 */
public final class StoredProofs implements SharedProofs {
  private static final HexFormat HEX = HexFormat.of();

  private static final Script SEE =
      Script.of(
          """
          local question = redis.call('HGET', KEYS[1], ARGV[1])
          if question == ARGV[2] then return {'first'} end
          if question then return {'replayed'} end
          for i = 4, #ARGV do
            if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then return {'replayed'} end
          end
          redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
          redis.call('EXPIRE', KEYS[1], ARGV[3])
          return {'first'}
          """);

  private final ValkeyStore store;
  private final boolean required;
  private final LongAdder unshared = new LongAdder();

  /**
   * Shares what is seen.
   *
   * @param required whether no proof is believed while the store cannot be asked; else each
   *     decision service believes it by what it has seen itself
   */
  public StoredProofs(ValkeyStore store, boolean required) {
    this.store = store;
    this.required = required;
  }

  @Override
  public Sighting see(Use use) {
    List<String> arguments = new ArrayList<>();
    arguments.add(name(use.asker()));
    arguments.add(HEX.toHexDigits(use.question().high()) + HEX.toHexDigits(use.question().low()));
    arguments.add(Long.toString(use.seconds()));
    use.excluded().forEach(each -> arguments.add(name(each)));
    String key =
        "portcullis:proof:"
            + HEX.toHexDigits(use.proof().high())
            + HEX.toHexDigits(use.proof().low());
    try {
      List<String> answer = store.run(SEE, List.of(key), arguments.toArray(new String[0]));
      return answer.equals(List.of("first")) ? Sighting.FIRST : Sighting.REPLAYED;
    } catch (StoreException e) {
      return withoutStore();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Sighting.UNKNOWABLE;
    }
  }

  /** The first as far as anybody else can tell: the process looks at what it has seen next. */
  private Sighting withoutStore() {
    unshared.increment();
    return required ? Sighting.UNKNOWABLE : Sighting.FIRST;
  }

  private static String name(Hop asker) {
    return switch (asker) {
      case DIRECT -> "direct";
      case AT_GATEWAY -> "gateway";
      case BEHIND_GATEWAY -> "behind";
    };
  }

  /** Proofs about which the store could not be asked. */
  public long unshared() {
    return unshared.sum();
  }
}
