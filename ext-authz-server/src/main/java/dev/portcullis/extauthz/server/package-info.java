// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** The two sockets of the process: gRPC for Envoy, HTTP for health and metrics. */
@NullMarked
package dev.portcullis.extauthz.server;

import org.jspecify.annotations.NullMarked;
