// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.jwt.TokenVerifier;
import dev.portcullis.engine.authentication.jwt.VerifiedToken;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The native provider where it loads, and the JDK where it does not, each in a JVM of its own. */
@Timeout(120)
final class NativeCryptoTest {
  private static final String LIBRARY = "libamazonCorrettoCryptoProvider.so";
  private static final String EXTERNAL =
      "-Dcom.amazon.corretto.crypto.provider.useExternalLib=true";

  @TempDir Path directory;

  /** What another JVM says. */
  public static final class Verify {
    private Verify() {}

    public static void main(String[] arguments) throws Exception {
      NativeCrypto crypto = NativeCrypto.auto();
      System.out.println(crypto.loaded() + " " + verifies(crypto) + " " + crypto.detail());
    }
  }

  private static boolean verifies(NativeCrypto crypto) throws Exception {
    try (TestIssuer issuer = new TestIssuer()) {
      var method =
          new AuthMethodSpec.Jwt(
              "employees",
              "https://idp.example.com/",
              List.of("orders"),
              new JwksSpec.Inline(issuer.keys()),
              List.of(JwsAlgorithm.ES256),
              Duration.ofSeconds(30),
              List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "a", "")),
              List.of());
      var keys = JwkSetReader.readPublic(issuer.keys().getBytes(StandardCharsets.UTF_8)).keys();
      var verifier = new TokenVerifier(method, crypto.signatures());
      String token = issuer.token("alice");
      String forged = issuer.token("bob").replaceFirst("[^.]*$", token.replaceFirst(".*\\.", ""));
      long now = Instant.now().getEpochSecond();
      return verifier.verify(token, keys, now, Patience.COMPUTING) instanceof VerifiedToken
          && !(verifier.verify(forged, keys, now, Patience.COMPUTING) instanceof VerifiedToken);
    }
  }

  private static void onLinux() {
    String where = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeTrue(
        List.of("Linux amd64", "Linux aarch64").contains(where),
        "skipped: the native provider is not made for " + where);
  }

  private static String inAnotherJvm(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(Arrays.asList(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Verify.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return said.strip();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void usesTheNativeProviderAndInstallsNothing() throws Exception {
    onLinux();
    List<String> before = Arrays.stream(Security.getProviders()).map(Provider::getName).toList();
    NativeCrypto crypto = NativeCrypto.auto();
    assertThat(crypto.detail()).isEqualTo("AmazonCorrettoCryptoProvider 2.5.0");
    assertThat(crypto.loaded()).isTrue();
    assertThat(verifies(crypto)).isTrue();
    assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName)).isEqualTo(before);
  }

  @Test
  void leavesItAloneWhenTold() throws Exception {
    assertThat(NativeCrypto.off().loaded()).isFalse();
    assertThat(verifies(NativeCrypto.off())).isTrue();
  }

  @Test
  void theJdkVerifiesWhereTheLibraryIsNot() throws Exception {
    assertThat(inAnotherJvm(EXTERNAL, "-Djava.library.path=" + directory))
        .startsWith("false true ")
        .hasSizeGreaterThan("false true ".length());
  }

  @Test
  void loadsFromWhereImagesHaveItWithoutWritingAnything() throws Exception {
    onLinux();
    try (InputStream library =
        Objects.requireNonNull(AmazonCorrettoCryptoProvider.class.getResourceAsStream(LIBRARY))) {
      Files.copy(library, directory.resolve(LIBRARY));
    }
    assertThat(
            inAnotherJvm(EXTERNAL, "-Djava.library.path=" + directory, "-Djava.io.tmpdir=/nowhere"))
        .isEqualTo("true true AmazonCorrettoCryptoProvider 2.5.0");
  }

  @Test
  void theJdkVerifiesWhereTheLibraryIsBroken() throws Exception {
    Files.writeString(directory.resolve(LIBRARY), "no library");
    assertThat(inAnotherJvm(EXTERNAL, "-Djava.library.path=" + directory))
        .startsWith("false true ");
  }
}
