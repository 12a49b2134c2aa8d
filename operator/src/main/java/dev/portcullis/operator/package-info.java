// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The operator: reads policies from the API server, compiles them, serves plans and Envoy
 * configuration over xDS, and says in statuses what became of them.
 */
@NullMarked
package dev.portcullis.operator;

import org.jspecify.annotations.NullMarked;
