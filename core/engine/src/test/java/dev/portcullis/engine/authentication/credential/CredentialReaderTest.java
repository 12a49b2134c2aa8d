// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.TestRequest;
import dev.portcullis.engine.authentication.credential.Credential.Absent;
import dev.portcullis.engine.authentication.credential.Credential.Ambiguous;
import dev.portcullis.engine.authentication.credential.Credential.Present;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.CredentialLocation.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Item 13 of the attack list: one credential, in one place, read in one way. */
class CredentialReaderTest {
  private static final CredentialReader BEARER =
      new CredentialReader(
          List.of(
              new CredentialLocation(Kind.HEADER, "authorization", "Bearer "),
              new CredentialLocation(Kind.QUERY, "access_token", ""),
              new CredentialLocation(Kind.COOKIE, "session", "")));

  private static Credential read(String target, String... headers) {
    return BEARER.read(TestRequest.of(target, headers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer abc", "bearer abc", "BEARER abc", "bEaReR abc"})
  void findsTheTokenWhateverTheCaseOfItsScheme(String value) {
    assertThat(read("/", "Authorization", value)).isEqualTo(new Present("abc"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer",
        "Bearer ",
        "Bearer  abc",
        "Bearer\tabc",
        "Bearer,Bearer",
        "Bearer abc, Bearer def",
        "Bearer abc,def",
        "Bearer abc def",
        "Bearer abc ",
        "Bearer=abc",
        "Bearer:abc",
        "Bearer\u00a0abc"
      })
  void refusesWhatCanBeReadInTwoWays(String value) {
    assertThat(read("/", "authorization", value)).isInstanceOf(Ambiguous.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic YWxhZGRpbg==", "DPoP abc", "Bearers abc", "abc", "Bearer-x abc"})
  void leavesOtherSchemesAlone(String value) {
    assertThat(read("/", "authorization", value)).isEqualTo(Absent.ABSENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic YWxhZGRpbg==, Bearer abc",
        "Basic YWxhZGRpbg==,Bearer abc",
        "Basic YWxhZGRpbg== ,\t bEARER abc",
        "Basic YWxhZGRpbg==, Bearer",
        "Basic YWxhZGRpbg==, Bearer\tabc",
        "Bearer-x abc, Bearer abc",
        "Basic x, Negotiate y, Bearer abc",
        ", Bearer abc",
        "Digest username=\"ann, Bearer abc"
      })
  void refusesTwoLinesThatAProxyHasJoined(String value) {
    assertThat(read("/", "authorization", value)).isInstanceOf(Ambiguous.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Digest username=\"ann\", realm=\"x\", uri=\"/\", bearer=yes, qop=auth",
        "Digest username=\"ann\", bearer-x=\"Bearer\"",
        "Basic x, Bearers abc",
        "Basic x Bearer abc",
        "Basic x,"
      })
  void leavesCommasOfOtherSchemesAlone(String value) {
    assertThat(read("/", "authorization", value)).isEqualTo(Absent.ABSENT);
  }

  @Test
  void joinedLinesAreRefusedWhateverTheMethodsScheme() {
    for (String prefix : List.of("DPoP ", "ApiKey ", "token=")) {
      CredentialReader reader =
          new CredentialReader(
              List.of(new CredentialLocation(Kind.HEADER, "authorization", prefix)));
      assertThat(reader.read(TestRequest.of("/", "authorization", "Basic x, " + prefix + "abc")))
          .as(prefix)
          .isInstanceOf(Ambiguous.class);
      assertThat(reader.read(TestRequest.of("/", "authorization", "Basic x, Other abc")))
          .as(prefix)
          .isEqualTo(Absent.ABSENT);
    }
  }

  @Test
  void refusesTwoHeadersEvenWhenTheyAreEqual() {
    assertThat(read("/", "authorization", "Bearer a", "authorization", "Bearer a"))
        .isInstanceOf(Ambiguous.class);
    assertThat(read("/", "authorization", "Basic a", "Authorization", "Bearer a"))
        .isInstanceOf(Ambiguous.class);
    assertThat(read("/?access_token=a&access_token=a")).isInstanceOf(Ambiguous.class);
    assertThat(read("/", "cookie", "session=a; session=b")).isInstanceOf(Ambiguous.class);
    assertThat(read("/", "cookie", "session=a", "cookie", "session=b"))
        .isInstanceOf(Ambiguous.class);
  }

  @Test
  void refusesPlacesThatDisagree() {
    assertThat(read("/?access_token=a", "authorization", "Bearer b")).isInstanceOf(Ambiguous.class);
    assertThat(read("/?access_token=a", "cookie", "session=b")).isInstanceOf(Ambiguous.class);
    assertThat(read("/?access_token=a", "authorization", "Bearer a")).isEqualTo(new Present("a"));
  }

  @Test
  void emptyOnesAreAbsent() {
    assertThat(read("/?access_token=", "cookie", "session=", "authorization", ""))
        .isEqualTo(Absent.ABSENT);
    assertThat(read("/")).isEqualTo(Absent.ABSENT);
  }

  @Test
  void showsNoCredential() {
    assertThat(read("/", "authorization", "Bearer secret").toString()).doesNotContain("secret");
    assertThat(read("/", "authorization", "Bearer secret,secret").toString())
        .doesNotContain("secret");
  }
}
