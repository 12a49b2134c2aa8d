// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

/** Names a Secret. */
public record SecretName(String namespace, String name) {}
