// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Who may speak to the operator: its own certificate authority for the server's side, Kubernetes
 * tokens for the clients' side, and what each identity may read.
 */
@NullMarked
package dev.portcullis.operator.identity;

import org.jspecify.annotations.NullMarked;
