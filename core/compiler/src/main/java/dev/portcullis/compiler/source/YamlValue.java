// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** A YAML value with the place where it starts; lines and columns from 1. Aliases are resolved. */
public sealed interface YamlValue {

  /** From 1. */
  int line();

  /** In characters, from 1. */
  int column();

  /** What it is, as a message says it. */
  String described();

  /**
   * A single value.
   *
   * @param kind as the YAML 1.2 core schema resolves it
   * @param shift characters between {@code column} and the first character of the text, where the
   *     text stands on one line as it is; negative: positions inside the text cannot be told
   */
  record Scalar(int line, int column, Kind kind, String text, int shift) implements YamlValue {

    /** The types of the core schema. */
    public enum Kind {
      TEXT("text"),
      INTEGER("a whole number"),
      FLOAT("a number"),
      BOOLEAN("a boolean"),
      NULL("nothing");

      private final String described;

      Kind(String described) {
        this.described = described;
      }
    }

    @Override
    public String described() {
      return kind.described;
    }

    /** Tells only where it stands: the text may be a Secret's. */
    @Override
    public String toString() {
      return described() + " at " + line + ":" + column;
    }
  }

  /** A list. */
  record Sequence(int line, int column, List<YamlValue> elements) implements YamlValue {

    public Sequence {
      elements = List.copyOf(elements);
    }

    @Override
    public String described() {
      return "a list";
    }
  }

  /** A mapping with text keys, in the order of the file. */
  record Mapping(int line, int column, SequencedMap<String, Entry> entries) implements YamlValue {

    /** A value, and where its key starts. */
    public record Entry(int line, int column, YamlValue value) {}

    public Mapping {
      entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String described() {
      return "a mapping";
    }
  }
}
