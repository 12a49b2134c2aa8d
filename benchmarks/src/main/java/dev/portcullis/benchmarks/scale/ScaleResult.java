// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import java.util.List;

/**
 * What was measured.
 *
 * @param policies how many
 * @param writtenSeconds from the first write until the API server had all policies
 * @param programmedSeconds from the first write until all were {@code Programmed}
 * @param editSeconds each from one write to its {@code Programmed}
 * @param operatorMebibytes resident memory of the operator afterwards
 * @param serverMebibytes resident memory of the decision service afterwards
 * @param envoyMebibytes resident memory of Envoy afterwards
 */
record ScaleResult(
    int policies,
    double writtenSeconds,
    double programmedSeconds,
    List<Double> editSeconds,
    double operatorMebibytes,
    double serverMebibytes,
    double envoyMebibytes) {}
