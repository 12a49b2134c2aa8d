// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of the delta xDS server, through real connections. */
@NullMarked
package dev.portcullis.operator.xds;

import org.jspecify.annotations.NullMarked;
