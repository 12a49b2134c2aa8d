// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import java.util.List;

/** The counters of all limits. Thread-safe. */
public interface QuotaStore {

  /**
   * Charges one request to every line, or to none when one of them does not grant it. The same id
   * within a few seconds gets the first answer again and charges nothing.
   *
   * @param now nanoseconds since 1970
   * @return one state per line, in their order; charged when all of them are granted
   */
  List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now);

  /**
   * The request of a charge has ended: what it holds of limits on what is at once is free again,
   * and what is to be given back after a success is given back after one.
   *
   * @param now nanoseconds since 1970
   * @return whether anything of it was known here
   */
  boolean settle(ChargeId id, boolean successful, long now);

  /**
   * The request of a charge goes on: it is not to be given up as lost.
   *
   * @param now nanoseconds since 1970
   */
  void renew(ChargeId id, long now);

  /** How the counters stand; charges nothing. */
  List<QuotaState> peek(List<QuotaLine> lines, long now);
}
