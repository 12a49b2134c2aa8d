// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What decision services tell the operator of how they fare. */
@NullMarked
package dev.portcullis.codec.observation;

import org.jspecify.annotations.NullMarked;
