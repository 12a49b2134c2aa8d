// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Runs the real parts on this machine: a Kubernetes API server on etcd, and Envoy.
 *
 * <p>The programs come from {@code tools/fetch}, which is asked where they are and, when one is
 * missing, told to get it. Everything listens on 127.0.0.1, keeps its files in one temporary
 * directory, and ends with its owner: {@code close()}, or the JVM's own end.
 */
@NullMarked
package dev.portcullis.parts;

import org.jspecify.annotations.NullMarked;
