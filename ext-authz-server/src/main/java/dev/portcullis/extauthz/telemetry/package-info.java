// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Counts decisions and shows the state of the process to Prometheus.
 *
 * <p>The request path touches a few {@link java.util.concurrent.atomic.LongAdder}s and nothing
 * else; everything is put together when it is scraped.
 */
@NullMarked
package dev.portcullis.extauthz.telemetry;

import org.jspecify.annotations.NullMarked;
