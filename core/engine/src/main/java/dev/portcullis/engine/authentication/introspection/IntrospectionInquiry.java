// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.authentication.jwt.TokenDigest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The question about one token, for one request. */
final class IntrospectionInquiry implements Inquiry {
  private final TokenDigest digest;
  private final Supplier<TokenAnswer> question;
  private volatile @Nullable TokenAnswer answer;

  IntrospectionInquiry(TokenDigest digest, Supplier<TokenAnswer> question) {
    this.digest = digest;
    this.question = question;
  }

  @Override
  public void ask() {
    answer = question.get();
  }

  /** Whether it is about this token, under this method. */
  boolean isAbout(TokenDigest other) {
    return digest.equals(other);
  }

  TokenAnswer answer() {
    TokenAnswer given = answer;
    return given == null ? new TokenAnswer.Unavailable("nobody asked") : given;
  }
}
