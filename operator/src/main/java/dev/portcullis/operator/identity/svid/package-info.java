// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Gives every node the certificate of the workload that it proved to be.
 *
 * <pre>
 *   NodeDirectory --a node asks for secrets--&gt; Svids --&gt; SvidIssuer: a new key, and a certificate
 *        ^                                       |       for the identity by the API server's word
 *        |                                       v
 *   ConnectedNode &lt;--------------- Credentials (this node's alone)
 * </pre>
 */
@NullMarked
package dev.portcullis.operator.identity.svid;

import org.jspecify.annotations.NullMarked;
