// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The operator as a client of sidecars: its certificate, and the roots that theirs must chain to.
 * The key is in memory only, and is replaced before two thirds of an hour are over, or when trust
 * changes. Thread-safe.
 */
public final class ProbeIdentity {
  private static final Duration LIFE = Duration.ofHours(1);

  private final CurrentTrust trust;
  private final SpiffeId id;
  private final Clock clock;
  private @Nullable Made made;

  /** A context, and until when it is good for whom. */
  private record Made(SSLContext context, Trust trust, Instant until) {}

  /**
   * @param id the operator's
   */
  public ProbeIdentity(CurrentTrust trust, SpiffeId id, Clock clock) {
    this.trust = trust;
    this.id = id;
    this.clock = clock;
  }

  /** Who the operator is to sidecars. */
  SpiffeId id() {
    return id;
  }

  /** For one connection. It verifies certificates and looks at no names. */
  synchronized SSLContext context() {
    Trust now = trust.get();
    Made current = made;
    if (current == null
        || !current.trust().equals(now)
        || !clock.instant().isBefore(current.until())) {
      current = make(now);
      made = current;
    }
    return current.context();
  }

  private Made make(Trust now) {
    CertificateAuthority.Issued own = now.signer().issueWorkload(id, LIFE, clock);
    try {
      KeyStore keys = emptyStore();
      keys.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory keyManagers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, new char[0]);
      KeyStore roots = emptyStore();
      List<X509Certificate> trusted = now.roots();
      for (int i = 0; i < trusted.size(); i++) {
        roots.setCertificateEntry("root-" + i, trusted.get(i));
      }
      TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
      trustManagers.init(roots);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
      return new Made(context, now, clock.instant().plus(LIFE.multipliedBy(3).dividedBy(5)));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a certificate that cannot be used", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
