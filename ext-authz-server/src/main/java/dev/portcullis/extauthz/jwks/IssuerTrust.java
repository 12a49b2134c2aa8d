// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import dev.portcullis.extauthz.file.FollowedFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Who may vouch for the servers of issuers: the JVM's own authorities, and those of a file. The
 * file is looked at when somebody is asked, at most once in {@value FollowedFile#LOOK_SECONDS} s;
 * one that cannot be used changes nothing. Connections that are open when an authority goes live on
 * until they are idle; none is resumed. Thread-safe.
 */
public final class IssuerTrust {
  private final SSLContext context;
  private final @Nullable Followed followed;

  private IssuerTrust(SSLContext context, @Nullable Followed followed) {
    this.context = context;
    this.followed = followed;
  }

  /** The JVM's own authorities, and no others. */
  public static IssuerTrust ofTheJvm() {
    try {
      return new IssuerTrust(SSLContext.getDefault(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM speaks TLS", e);
    }
  }

  /**
   * The JVM's own authorities, and those of a file.
   *
   * @param file certificates in PEM, at most 1 MiB
   * @throws IOException saying why it cannot be used
   */
  public static IssuerTrust with(Path file) throws IOException {
    return with(file, System::nanoTime);
  }

  static IssuerTrust with(Path file, LongSupplier nanos) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      Followed followed = new Followed(file, nanos, context);
      context.init(null, new TrustManager[] {followed}, null);
      return new IssuerTrust(context, followed);
    } catch (GeneralSecurityException e) {
      throw new IOException(reason(e), e);
    }
  }

  /** For clients that ask issuers, and {@link #look} before each question. */
  public SSLContext context() {
    return context;
  }

  /**
   * Reads the file again if it is time to. Not left to handshakes, because a session that is
   * resumed asks nobody.
   */
  public void look() {
    if (followed != null) {
      followed.look();
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  static X509ExtendedTrustManager trust(byte[] pem) throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    for (X509Certificate own : manager(null).getAcceptedIssuers()) {
      roots.setCertificateEntry("own-" + roots.size(), own);
    }
    for (Certificate each : certificates(pem)) {
      roots.setCertificateEntry("added-" + roots.size(), each);
    }
    return manager(roots);
  }

  private static Collection<? extends Certificate> certificates(byte[] pem)
      throws CertificateException {
    Collection<? extends Certificate> all;
    try {
      all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
    } catch (CertificateException e) {
      throw new CertificateException("it does not hold certificates in PEM", e);
    }
    if (all.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return all;
  }

  private static X509ExtendedTrustManager manager(@Nullable KeyStore roots)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(roots);
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509ExtendedTrustManager manager) {
        return manager;
      }
    }
    throw new IllegalStateException("the JVM judges no certificates");
  }

  /** Judges by what the file holds now. The names of servers are judged by whom it asks. */
  private static final class Followed extends X509ExtendedTrustManager {
    private final SSLContext context;
    private final FollowedFile<X509ExtendedTrustManager> file;

    Followed(Path file, LongSupplier nanos, SSLContext context)
        throws GeneralSecurityException, IOException {
      this.context = context;
      this.file = new FollowedFile<>(file, "authorities of issuers", nanos, IssuerTrust::trust);
    }

    // Whoever looks meanwhile waits until no session of before is left.
    synchronized void look() {
      if (file.look()) {
        forgetSessions();
      }
    }

    private void forgetSessions() {
      SSLSessionContext sessions = context.getClientSessionContext();
      for (byte[] id : Collections.list(sessions.getIds())) {
        SSLSession session = sessions.getSession(id);
        if (session != null) {
          session.invalidate();
        }
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      file.current().checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      file.current().checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("nobody says for which server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("there are no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return file.current().getAcceptedIssuers();
    }
  }
}
