// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * How an API server is reached: its port, the certificate that it makes for itself, and the token
 * of an administrator.
 */
record ApiServerAccess(
    int port, String token, Path certificate, Path tokens, Path signingKey, Path kubeconfigFile) {

  static ApiServerAccess create(ScratchDirectory scratch, int port) {
    var random = new byte[32];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    return new ApiServerAccess(
        port,
        token,
        scratch.path().resolve("certificates/apiserver.crt"),
        scratch.write("tokens.csv", token + ",admin,admin,system:masters\n"),
        scratch.write("service-accounts.pem", signingKeyPem()),
        scratch.path().resolve("kubeconfig"));
  }

  private static String signingKeyPem() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String url() {
    return "https://127.0.0.1:" + port;
  }

  String kubeconfig() {
    return kubeconfigFor(token);
  }

  String kubeconfigFor(String bearer) {
    try {
      return """
      apiVersion: v1
      kind: Config
      current-context: portcullis
      contexts:
      - name: portcullis
        context: {cluster: portcullis, user: holder, namespace: default}
      clusters:
      - name: portcullis
        cluster:
          server: %s
          certificate-authority-data: %s
      users:
      - name: holder
        user: {token: %s}
      """
          .formatted(
              url(), Base64.getEncoder().encodeToString(Files.readAllBytes(certificate)), bearer);
    } catch (IOException e) {
      throw new PartsException("cannot read " + certificate + ": " + e.getMessage(), e);
    }
  }

  /**
   * Whether the server is ready and has made its first namespace; writes the kubeconfig file then.
   */
  boolean answers() throws InterruptedException {
    if (!Files.exists(certificate)) {
      return false;
    }
    try (var client = HttpClient.newBuilder().sslContext(trusting(certificate)).build()) {
      boolean ready = succeeds(client, "/readyz") && succeeds(client, "/api/v1/namespaces/default");
      if (ready) {
        Files.writeString(kubeconfigFile, kubeconfig());
      }
      return ready;
    } catch (IOException | GeneralSecurityException e) {
      return false; // not listening yet, or its certificate is half written
    }
  }

  private boolean succeeds(HttpClient client, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(Duration.ofSeconds(5))
            .header("Authorization", "Bearer " + token)
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
  }

  private static SSLContext trusting(Path certificates)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(certificates)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("certificate-" + store.size(), one);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
