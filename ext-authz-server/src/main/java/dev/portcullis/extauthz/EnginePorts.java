// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.engine.port.SharedProofs;
import dev.portcullis.extauthz.telemetry.ServerMetrics;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the process gives to its engine.
 *
 * @param geo where clients are
 * @param lists what lists of addresses hold
 * @param signatures who verifies them
 * @param proofs what all decision services have seen; null: they do not tell each other
 * @param quotas where limits are counted
 * @param nonceKeys with which all decision services make nonces, the first of them; empty while
 *     there are none
 * @param introspector who asks issuers about tokens
 * @param tokenCacheBytes memory for tokens that were verified; half as much more is for what
 *     issuers said of tokens
 * @param metrics shows what the engine's stores hold
 * @param traced whether decisions tell what they went through
 */
record EnginePorts(
    ApiKeySource apiKeys,
    SecretSource secrets,
    KeySource keySets,
    GeoSource geo,
    AddressLists lists,
    Revocations revocations,
    Introspector introspector,
    Signatures signatures,
    @Nullable SharedProofs proofs,
    QuotaStores quotas,
    Supplier<List<byte[]>> nonceKeys,
    long tokenCacheBytes,
    ServerMetrics metrics,
    InstantSource clock,
    boolean traced) {}
