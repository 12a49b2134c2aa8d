// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The custom resources of group {@code portcullis.dev}, version {@code v1alpha1}, as users write
 * them.
 *
 * <p>The types are the source of the CRDs in {@code charts/portcullis/crds}: bounds, enums and CEL
 * rules stand here as annotations. An instance is made from a document that satisfied that schema,
 * so what the schema requires is never null. Absent lists and maps are empty; other absent fields
 * are null unless they have a default that the API server would write.
 *
 * <pre>
 *   ApiPolicy ─ ApiPolicySpec ─┐                    apipolicy/  sections of ApiPolicySpec
 *   RateLimitPolicy ─ …Spec ───┼─ PolicyStatus      ratelimit/  parts of RateLimitPolicySpec
 *   BotPolicy ─ BotPolicySpec ─┘                    bot/        parts of BotPolicySpec
 *   ApiKey ─ ApiKeySpec, ApiKeyStatus
 * </pre>
 */
@NullMarked
package dev.portcullis.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
