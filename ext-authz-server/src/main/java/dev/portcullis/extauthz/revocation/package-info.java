// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The port on which credentials are taken back: by people and programs with a bearer token, by
 * issuers with logout tokens, and by the other replicas. It is also where people with the token ask
 * about quotas.
 *
 * <pre>
 *   RevocationServer ─┬─ RevocationEndpoint ─┐
 *                     ├─ LogoutEndpoint ─────┼─▶ Registrar ─▶ RevocationSet (engine)
 *                     ├─ ReplicaEndpoint ────┘       │
 *                     └─ QuotaEndpoint ─▶ QuotaDesk  │
 *                            ▲                       ▼
 *        another replica's Replicas             Replicas ─▶ another replica's ReplicaEndpoint
 * </pre>
 *
 * <p>A replica tells the others at once what it was told, and asks each of them every second what
 * it does not know yet; so one that was away, or not to be reached, has it a second later.
 */
@NullMarked
package dev.portcullis.extauthz.revocation;

import org.jspecify.annotations.NullMarked;
