// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** How the process speaks to whoever runs it: constant phrases with keys, on standard error. */
@NullMarked
package dev.portcullis.extauthz.log;

import org.jspecify.annotations.NullMarked;
