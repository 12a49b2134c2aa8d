// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Quote;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads YAML 1.2 texts of several documents within {@link YamlLimits}. A text is read twice: first
 * as events, which take no stack, so that depth and aliases are known before anything recurs.
 */
final class YamlReader {

  private YamlReader() {}

  /**
   * The documents of a text; empty ones are left out.
   *
   * @throws YamlException when the text is not YAML or too large
   */
  static List<YamlValue> read(String text) throws YamlException {
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setCodePointLimit(YamlLimits.CODE_POINTS)
            .setMaxAliasesForCollections(YamlLimits.ALIASES)
            .build();
    try {
      checkEvents(new Parse(settings).parseString(text));
      List<YamlValue> documents = new ArrayList<>();
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        YamlValue document = new YamlConverter().convert(node);
        if (!(document instanceof YamlValue.Scalar scalar)
            || scalar.kind() != YamlValue.Scalar.Kind.NULL) {
          documents.add(document);
        }
      }
      return documents;
    } catch (MarkedYamlEngineException e) {
      throw malformed(e.getProblemMark().or(e::getContextMark), problem(e));
    } catch (ReaderException e) {
      throw malformed(Optional.empty(), "the file has a character that YAML does not allow");
    } catch (YamlEngineException e) {
      throw text.codePointCount(0, text.length()) > YamlLimits.CODE_POINTS
          ? tooLarge(
              Optional.empty(), "the file is longer than " + YamlLimits.CODE_POINTS + " characters")
          : malformed(Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private static void checkEvents(Iterable<Event> events) throws YamlException {
    int depth = 0;
    int aliases = 0;
    for (Event event : events) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case Alias -> aliases++;
        case Comment, DocumentEnd, DocumentStart, Scalar, StreamEnd, StreamStart -> {}
      }
      if (depth > YamlLimits.DEPTH) {
        throw tooLarge(
            event.getStartMark(), "the document is nested deeper than " + YamlLimits.DEPTH);
      }
      if (aliases > YamlLimits.ALIASES) {
        throw tooLarge(
            event.getStartMark(), "the file has more than " + YamlLimits.ALIASES + " aliases");
      }
    }
  }

  static YamlException tooLarge(Optional<Mark> mark, String problem) {
    return at(DiagnosticCode.YAML_TOO_LARGE, mark, problem, "split the file and write aliases out");
  }

  private static YamlException malformed(Optional<Mark> mark, String problem) {
    return at(
        DiagnosticCode.YAML_MALFORMED,
        mark,
        "not YAML: " + Quote.line(problem),
        "check indentation, quotes and brackets here and in the line before");
  }

  private static YamlException at(
      DiagnosticCode code, Optional<Mark> mark, String problem, String fix) {
    int line = mark.map(place -> place.getLine() + 1).orElse(0);
    int column = mark.map(place -> place.getColumn() + 1).orElse(0);
    return new YamlException(code, line, column, problem, fix);
  }

  private static String problem(MarkedYamlEngineException e) {
    String problem = e.getProblem() == null ? "cannot be parsed" : e.getProblem();
    String context = e.getContext();
    String whole = context == null || context.isBlank() ? problem : problem + " " + context;
    return whole.strip().substring(0, 1).toLowerCase(Locale.ROOT) + whole.strip().substring(1);
  }
}
