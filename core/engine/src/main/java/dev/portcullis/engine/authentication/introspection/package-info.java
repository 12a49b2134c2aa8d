// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Tokens of which their issuer is asked (RFC 7662).
 *
 * <pre>
 *   IntrospectionMethod ─ what is known? ─▶ KnownTokens (active ones; apart from them, inactive ones)
 *         └─ nothing ─▶ IntrospectionInquiry ─ on a thread that waits ─▶ Introspections
 *                                                    one question for all who ask about a token
 *                                                    └─▶ Introspector (port) ─▶ AnswerRules
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.authentication.introspection;

import org.jspecify.annotations.NullMarked;
