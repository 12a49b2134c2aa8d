// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** TLS of those who reach one of several replicas. */
@NullMarked
package dev.portcullis.codec.tls;

import org.jspecify.annotations.NullMarked;
