// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

/** Names an object of a kind that the context tells. */
record ObjectName(String namespace, String name) {}
