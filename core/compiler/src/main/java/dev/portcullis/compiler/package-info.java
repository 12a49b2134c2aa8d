// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Compiles policies into the plan. Pure, total and deterministic: no input makes it throw, and the
 * order of the input does not matter.
 *
 * <pre>
 *   PolicySet ──check (by revision, kept in CompileCache)──▶ what each policy demands
 *             ──resolve──▶ Services, Secrets and ApiKeys that it refers to
 *             ──claim────▶ who speaks for which route, who lost, who is overridden
 *             ──assemble─▶ RoutePlan for each route ──▶ CompileResult
 * </pre>
 *
 * <p>Whatever cannot be served closes its routes: a policy with errors, or with a key set that is
 * not there, falls back on its last accepted spec, and without one nothing passes.
 */
@NullMarked
package dev.portcullis.compiler;

import org.jspecify.annotations.NullMarked;
