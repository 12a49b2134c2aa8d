// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

/** Names a workload. */
public record WorkloadName(String namespace, Workload workload) {}
