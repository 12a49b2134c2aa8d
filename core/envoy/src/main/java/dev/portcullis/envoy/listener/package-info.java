// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What every listener pins, whatever the plan. */
@NullMarked
package dev.portcullis.envoy.listener;

import org.jspecify.annotations.NullMarked;
