// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

/**
 * The pod that a token is bound to. The API server refuses the token as soon as the pod is gone,
 * also when another of the same name takes its place.
 *
 * @param node where it runs; empty: the API server did not say
 */
public record BoundPod(String name, String uid, String node) {}
