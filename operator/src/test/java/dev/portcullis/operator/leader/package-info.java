// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
@NullMarked
package dev.portcullis.operator.leader;

import org.jspecify.annotations.NullMarked;
