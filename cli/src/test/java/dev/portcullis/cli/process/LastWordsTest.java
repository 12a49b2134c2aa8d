// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastWordsTest {

  @Test
  void quotesWhatOurOwnProgramsSayLast() {
    assertThat(
            LastWords.of(
                """
                {"level":"INFO","message":"starting"}
                portcullis-ext-authz-server: cannot listen on 127.0.0.1:1: Address already in use

                """))
        .isEqualTo(
            "portcullis-ext-authz-server: cannot listen on 127.0.0.1:1: Address already in use");
  }

  @Test
  void quotesWhatEnvoyCallsCritical() {
    assertThat(
            LastWords.of(
                """
                [2026-11-21 10:00:00.000][7][critical][main] [source/server/server.cc:428] error \
                initializing config: cannot bind '127.0.0.1:1': Address already in use
                [2026-11-21 10:00:00.001][7][info][main] exiting
                """))
        .endsWith("cannot bind '127.0.0.1:1': Address already in use");
  }

  @Test
  void quotesTheLastLineElse() {
    assertThat(LastWords.of("one\n  two  \n\n")).isEqualTo("two");
    assertThat(LastWords.of("")).isEqualTo("it said nothing");
  }
}
