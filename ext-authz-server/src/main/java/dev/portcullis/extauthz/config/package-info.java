// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** What the process was told to do: flags and environment, read once. */
@NullMarked
package dev.portcullis.extauthz.config;

import org.jspecify.annotations.NullMarked;
