// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.cli.status;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kind of private key a kubeconfig has. The Kubernetes client takes each for RSA whose PEM
 * does not name another; that of PKCS #8 names none.
 */
final class ClientKey {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private ClientKey() {}

  /**
   * The algorithm of the client's key.
   *
   * @return empty: there is no key, or its PEM names the algorithm, or it cannot be read, which the
   *     client says better
   */
  static Optional<String> algorithm(Config config) {
    try {
      Matcher key = PKCS8.matcher(pem(config));
      if (!key.find()) {
        return Optional.empty();
      }
      byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
      return ALGORITHMS.stream().filter(algorithm -> isOf(algorithm, encoded)).findFirst();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String pem(Config config) throws IOException {
    String data = config.getClientKeyData();
    if (data != null) {
      return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.US_ASCII);
    }
    String file = config.getClientKeyFile();
    return file == null ? "" : Files.readString(Path.of(file));
  }

  private static boolean isOf(String algorithm, byte[] encoded) {
    try {
      KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
