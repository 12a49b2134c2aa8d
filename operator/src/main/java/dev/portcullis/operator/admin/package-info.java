// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** The operator's own HTTP endpoint: health, readiness and metrics. */
@NullMarked
package dev.portcullis.operator.admin;

import org.jspecify.annotations.NullMarked;
