// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Who this replica is, and who asks it: its certificate as the operator gives it, and what the
 * certificates of others allow them.
 */
@NullMarked
package dev.portcullis.extauthz.identity;

import org.jspecify.annotations.NullMarked;
