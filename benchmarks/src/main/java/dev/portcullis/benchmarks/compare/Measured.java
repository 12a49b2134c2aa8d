// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import java.util.List;

/**
 * What was found out about one server.
 *
 * @param ratio its CPU over that of the bare server
 * @param readyMillis from the start of its process until it was ready, median of the starts
 * @param restMebibytes resident memory when it was ready
 * @param loadedMebibytes resident memory after all rounds
 * @param allocatedBytes per decision, by the whole process, the gRPC server included
 * @param questions of a decision to the store that limits are counted in; 0: it has none
 * @param storeCpuSeconds of that store per 100 000 decisions
 */
record Measured(
    Subject subject,
    String title,
    Round median,
    double ratio,
    double readyMillis,
    double restMebibytes,
    double loadedMebibytes,
    double allocatedBytes,
    double questions,
    double storeCpuSeconds,
    List<Round> rounds) {}
