// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of the plan's parts. */
@NullMarked
package dev.portcullis.extauthz.plan;

import org.jspecify.annotations.NullMarked;
