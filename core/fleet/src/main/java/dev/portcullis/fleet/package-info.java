// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What each sidecar has to do: worked out from pods, Services and what was compiled, and from
 * nothing that a sidecar says. Pure.
 *
 * <pre>
 *   pods, Services --Fleet--&gt; endpoints --compiler--&gt; routes --FleetPlan--&gt; one SidecarSpec per pod
 * </pre>
 */
@NullMarked
package dev.portcullis.fleet;

import org.jspecify.annotations.NullMarked;
