// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientKeyTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"RSA,RSA", "EC,EC", "Ed25519,EdDSA"})
  void theAlgorithmIsReadFromThePkcs8(String made, String named) throws Exception {
    String pem = pem(made);
    Path file = Files.writeString(directory.resolve("key.pem"), pem);

    assertThat(ClientKey.algorithm(data(pem))).contains(named);
    Config inFile = new ConfigBuilder(Config.empty()).withClientKeyFile(file.toString()).build();
    assertThat(ClientKey.algorithm(inFile)).contains(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIA==\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----",
      })
  void whatNamesItselfOrCannotBeReadIsLeftToTheClient(String pem) {
    assertThat(ClientKey.algorithm(data(pem))).isEmpty();
  }

  private static Config data(String pem) {
    String encoded = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    return new ConfigBuilder(Config.empty()).withClientKeyData(encoded).build();
  }

  private static String pem(String algorithm) throws Exception {
    byte[] key =
        KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key)
        + "\n-----END PRIVATE KEY-----\n";
  }
}
