// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/** One counter that a request is charged to. */
public record QuotaLine(CounterKey key, Meter meter) {}
