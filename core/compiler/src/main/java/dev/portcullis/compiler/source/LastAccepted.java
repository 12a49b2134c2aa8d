// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.crds.v1alpha1.PolicySpec;

/**
 * The last spec of a policy that could be served.
 *
 * @param revision equal exactly when the spec is, such as the name of its ControllerRevision
 */
public record LastAccepted(PolicySpec spec, String revision) {}
