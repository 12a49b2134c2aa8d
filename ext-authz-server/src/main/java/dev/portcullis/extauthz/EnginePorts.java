// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.extauthz.telemetry.ServerMetrics;

/**
 * What the process gives to its engine.
 *
 * @param signatures who verifies them
 * @param tokenCacheBytes memory for tokens that were verified
 * @param metrics shows what the engine's stores hold
 */
record EnginePorts(
    ApiKeySource apiKeys,
    SecretSource secrets,
    KeySource keySets,
    Signatures signatures,
    long tokenCacheBytes,
    ServerMetrics metrics) {}
