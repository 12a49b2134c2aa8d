// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What a pod becomes when it gets a sidecar: a pure function from the raw pod to a JSON patch.
 *
 * <pre>
 *   raw pod ─▶ PodGuards ─▶ SidecarOptions ─▶ ProbeForwarding | PortMoves ─▶ containers, volumes
 *               skip/refuse   annotations        redirect       rewrite
 * </pre>
 *
 * Nothing here knows a typed Pod, so that fields of newer Kubernetes versions survive. What is
 * there already and as it should be is left alone: applied to its own result, the patch is empty.
 */
@NullMarked
package dev.portcullis.operator.inject.pod;

import org.jspecify.annotations.NullMarked;
