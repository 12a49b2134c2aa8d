// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.List;
import java.util.Map;

/**
 * A security provider that the JVM prefers while it is installed: verifies ES256 as the JDK does,
 * after whatever a test puts before it.
 */
@SuppressWarnings("serial") // It is never serialised.
final class SlowSignatures extends Provider implements AutoCloseable {
  private static final String NAME = "SlowSignatures";
  private static final String ES256 = "SHA256withECDSAinP1363Format";

  private final transient Runnable before;

  private SlowSignatures(Runnable before) {
    super(NAME, "1", "for tests");
    this.before = before;
    putService(
        new Service(this, "Signature", ES256, "Spi", List.of(), Map.of()) {
          @Override
          public Object newInstance(Object parameter) {
            return new Spi(SlowSignatures.this.before);
          }
        });
  }

  /** Installs it. */
  static SlowSignatures install(Runnable before) {
    SlowSignatures provider = new SlowSignatures(before);
    if (Security.insertProviderAt(provider, 1) != 1) {
      throw new IllegalStateException("another test has left its provider");
    }
    return provider;
  }

  @Override
  public void close() {
    Security.removeProvider(NAME);
  }

  private static final class Spi extends SignatureSpi {
    private final Runnable before;
    private final Signature real;

    Spi(Runnable before) {
      this.before = before;
      try {
        real = Signature.getInstance(ES256, "SunEC");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      real.initVerify(key);
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
      real.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int from, int length) throws SignatureException {
      real.update(bytes, from, length);
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      before.run();
      return real.verify(signature);
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected byte[] engineSign() {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("deprecation") // SignatureSpi still asks for both.
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("deprecation")
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }
}
