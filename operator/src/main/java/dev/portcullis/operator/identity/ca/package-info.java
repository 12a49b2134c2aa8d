// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The certificate authority in a cluster, and how its root is replaced while everybody goes on
 * talking.
 *
 * <pre>
 *   Secret portcullis-ca --watched by every operator--&gt; CaState --&gt; CurrentTrust --&gt; certificates, roots
 *        ^                                                  |
 *        +----- written by the leader only &lt;-- Rotation ----+
 *
 *   CurrentTrust --&gt; TrustConfigMaps: ConfigMap portcullis-trust in each enrolled namespace
 * </pre>
 */
@NullMarked
package dev.portcullis.operator.identity.ca;

import org.jspecify.annotations.NullMarked;
