// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.keys.RemoteKeys;
import dev.portcullis.engine.authentication.methods.RouteAuthenticators;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.bot.v1.ProfileV1;
import dev.portcullis.engine.limit.EndedAtOnce;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.port.SecretSource;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/** The engine inside a program that tries policies. It fetches nothing by itself. */
public final class LocalEngine {
  private static final long TOKEN_CACHE_BYTES = 16 << 20;

  private LocalEngine() {}

  /**
   * Makes an engine without routes.
   *
   * @param keySets JWKS documents by the URI at which a policy looks for them, or by the issuer
   *     that would be asked where they are; a route whose keys stand at another URI does not load,
   *     and one whose document is none refuses its tokens
   * @param introspector says what issuers say of their tokens
   * @param geo where clients are
   * @param lists what lists of addresses hold
   * @param revocations what was taken back
   */
  public static Engine make(
      ApiKeySource apiKeys,
      SecretSource secrets,
      Map<String, byte[]> keySets,
      Introspector introspector,
      GeoSource geo,
      AddressLists lists,
      Revocations revocations) {
    return make(
        apiKeys,
        secrets,
        keySets,
        introspector,
        geo,
        lists,
        revocations,
        Signatures.ofTheJvm(),
        false);
  }

  /**
   * As {@link #make(ApiKeySource, SecretSource, Map, Introspector, GeoSource, AddressLists,
   * Revocations)}; its decisions tell what they went through.
   */
  public static Engine traced(
      ApiKeySource apiKeys,
      SecretSource secrets,
      Map<String, byte[]> keySets,
      Introspector introspector,
      GeoSource geo,
      AddressLists lists,
      Revocations revocations) {
    return make(
        apiKeys,
        secrets,
        keySets,
        introspector,
        geo,
        lists,
        revocations,
        Signatures.ofTheJvm(),
        true);
  }

  /**
   * Makes an engine without routes that asks no issuer and has no lists of addresses.
   *
   * @param keySets as above
   * @param geo where clients are
   * @param signatures who verifies them
   */
  public static Engine make(
      ApiKeySource apiKeys,
      SecretSource secrets,
      Map<String, byte[]> keySets,
      GeoSource geo,
      Signatures signatures) {
    return make(
        apiKeys,
        secrets,
        keySets,
        LocalEngine::nobody,
        geo,
        AddressLists.NONE,
        Revocations.NONE,
        signatures,
        false);
  }

  private static byte[] nobody(Introspector.Question question) throws IOException {
    throw new IOException("is not asked here");
  }

  private static Engine make(
      ApiKeySource apiKeys,
      SecretSource secrets,
      Map<String, byte[]> keySets,
      Introspector introspector,
      GeoSource geo,
      AddressLists lists,
      Revocations revocations,
      Signatures signatures,
      boolean traced) {
    Map<String, byte[]> known = Map.copyOf(keySets);
    return new PolicyEngine(
        new RouteAuthenticators(
            new TokenCache(TOKEN_CACHE_BYTES),
            signatures,
            uri -> keys(uri, known),
            secrets,
            apiKeys,
            HolderProofs.alone(signatures),
            revocations,
            new Introspections(introspector, TOKEN_CACHE_BYTES, InstantSource.system())),
        new ProfileV1(),
        QuotaStores.alone(
            new EndedAtOnce(new InProcessQuotaStore(InProcessQuotaStore.DEFAULT_CAPACITY))),
        geo,
        lists,
        traced);
  }

  private static RemoteKeySet keys(String uri, Map<String, byte[]> known) {
    byte[] document = known.get(uri.substring(uri.indexOf('#') + 1));
    if (document == null) {
      throw new IllegalArgumentException("keys are not fetched here: " + uri);
    }
    RemoteKeySet keys = new RemoteKeySet(uri, InstantSource.system());
    try {
      keys.refreshIfDue(_ -> new KeyFetch.Answer(document, RemoteKeys.DEFAULT_FRESHNESS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading keys from memory", e);
    }
    return keys;
  }
}
