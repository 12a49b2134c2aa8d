// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import dev.portcullis.engine.authentication.jwt.Signatures;

/**
 * Who verifies signatures: the native Amazon Corretto Crypto Provider where it loads and passes its
 * own tests, else the JDK. The provider is never installed, so that nothing else of the process
 * changes: neither TLS, nor digests, nor random numbers.
 *
 * @param loaded whether it is the native provider
 * @param detail its name and version, or why it is the JDK; for people
 */
public record NativeCrypto(Signatures signatures, boolean loaded, String detail) {

  /** The native provider if it works on this machine. Takes up to a second, once. */
  public static NativeCrypto auto() {
    try {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      Throwable error = provider.getLoadingError();
      if (error != null) {
        return jdk(error.toString());
      }
      SelfTestStatus tests = provider.runSelfTests();
      return tests == SelfTestStatus.PASSED
          ? new NativeCrypto(
              Signatures.by(provider), true, provider.getName() + " " + provider.getVersionStr())
          : jdk("its own tests: " + tests);
    } catch (RuntimeException | LinkageError e) {
      // Whatever keeps it from working, the JDK works.
      return jdk(e.toString());
    }
  }

  /** The JDK, without trying. */
  public static NativeCrypto off() {
    return jdk("--native-crypto off");
  }

  private static NativeCrypto jdk(String why) {
    return new NativeCrypto(Signatures.ofTheJvm(), false, why);
  }
}
