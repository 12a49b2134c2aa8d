// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * What operators tell each other: which nodes each of them serves, and what those hold.
 *
 * <pre>
 *   NodeDirectory here --NodeReports--&gt; delta xDS --PeerStream--&gt; PeerNodes there --Peers--&gt; NodeDirectory there
 * </pre>
 *
 * <p>Each operator tells every other, and asks every other, so that each knows all nodes and any of
 * them can lead at once.
 */
@NullMarked
package dev.portcullis.operator.peers;

import org.jspecify.annotations.NullMarked;
