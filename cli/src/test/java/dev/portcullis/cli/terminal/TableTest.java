// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void padsEveryColumnToItsWidestCellAndMarksEachRow() {
    Table table = new Table("Request", "Result");
    table.add(true, "GET /orders", "200");
    table.add(false, "x", "403 refused");

    assertThat(table.lines(false))
        .containsExactly(
            "  Request      Result",
            "  ────────────────────────",
            "✓ GET /orders  200",
            "✗ x            403 refused");
  }

  @Test
  void aCellIsOneLineAndTellsTheTerminalNothing() {
    Table table = new Table("a");
    table.add(true, "b\n\033[2Jc\u202E");

    assertThat(table.lines(false)).last().isEqualTo("✓ b\uFFFD\uFFFD[2Jc\uFFFD");
  }

  @Test
  void coloursOnlyTheMark() {
    Table table = new Table("a");
    table.add(true, "b");
    table.add(false, "c");

    assertThat(table.lines(true))
        .contains("\033[32m✓ \033[0mb", "\033[31m✗ \033[0mc")
        .first()
        .isEqualTo("  a");
  }
}
