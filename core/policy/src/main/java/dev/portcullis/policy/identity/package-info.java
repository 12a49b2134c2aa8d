// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Names of workloads as certificates carry them. */
@NullMarked
package dev.portcullis.policy.identity;

import org.jspecify.annotations.NullMarked;
