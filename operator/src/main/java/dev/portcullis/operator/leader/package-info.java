// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Which of the operators writes: the one that holds a Lease.
 *
 * <pre>
 *   Lease --read--&gt; Candidacy: what to do --&gt; LeaseLeadership: writes it, tells of a new term
 *                       |
 *                       +-- leads(): surely ours, by the time since the last renewal
 * </pre>
 */
@NullMarked
package dev.portcullis.operator.leader;

import org.jspecify.annotations.NullMarked;
