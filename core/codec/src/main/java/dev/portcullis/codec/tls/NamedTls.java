// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS to an address whose certificate is for a name: every replica behind one name can be reached
 * by itself, and each must prove that it is one of that name. Thread-safe.
 */
public final class NamedTls extends SSLSocketFactory {
  private final SSLSocketFactory sockets;
  private final String name;

  private NamedTls(SSLSocketFactory sockets, String name) {
    this.sockets = sockets;
    this.name = name;
  }

  /**
   * Trusts the authorities in a file.
   *
   * @param authorities PEM; null: those of the JVM
   * @param name that the certificate must be for, whatever address is connected to
   * @throws GeneralSecurityException when the file holds no certificate
   * @throws IOException when it cannot be read
   */
  public static NamedTls to(String name, @Nullable Path authorities)
      throws GeneralSecurityException, IOException {
    if (authorities != null) {
      return to(name, Files.readAllBytes(authorities), authorities);
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    return new NamedTls(context.getSocketFactory(), name);
  }

  /**
   * Trusts these authorities.
   *
   * @param pem certificates
   * @param source where they were read, for messages
   * @param name that the certificate must be for, whatever address is connected to
   * @throws GeneralSecurityException when there is no certificate
   * @throws IOException never, but for what KeyStore declares
   */
  public static NamedTls to(String name, byte[] pem, Path source)
      throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust(pem, source), null);
    return new NamedTls(context.getSocketFactory(), name);
  }

  private static TrustManager[] trust(byte[] pem, Path source)
      throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      roots.setCertificateEntry("root-" + roots.size(), each);
    }
    if (roots.size() == 0) {
      throw new CertificateException("there is no certificate in " + source);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(roots);
    return factory.getTrustManagers();
  }

  @Override
  public Socket createSocket(Socket plain, String address, int port, boolean close)
      throws IOException {
    SSLSocket socket = (SSLSocket) sockets.createSocket(plain, name, port, close);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return sockets.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }

  /** HttpsURLConnection connects by itself and puts TLS over what is connected. */
  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException("only over a connected socket");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException("only over a connected socket");
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException("only over a connected socket");
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException("only over a connected socket");
  }
}
