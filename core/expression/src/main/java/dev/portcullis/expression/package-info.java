// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The CEL environment of policies: which variables an expression may read, in which stage, and how
 * it is checked, compiled and evaluated within bounds.
 *
 * <pre>
 *   source text ── ExpressionChecker ──▶ CheckedExpression | problems with place and hint   (compiler)
 *               └─ CompiledExpression ──▶ boolean or key part, read from a VariableSource   (engine)
 * </pre>
 *
 * <p>Variables are dotted names ({@code request.path}) that evaluation asks for one by one, so that
 * no map of a request is ever built.
 */
@NullMarked
package dev.portcullis.expression;

import org.jspecify.annotations.NullMarked;
