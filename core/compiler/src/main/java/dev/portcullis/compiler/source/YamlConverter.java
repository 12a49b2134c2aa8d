// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Quote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Turns one composed document into values, aliases written out. The count of values bounds what
 * aliases of aliases can do, the depth what an alias inside of its own anchor can do.
 */
final class YamlConverter {
  private static final Map<Tag, YamlValue.Scalar.Kind> KINDS =
      Map.of(
          Tag.STR, YamlValue.Scalar.Kind.TEXT,
          Tag.INT, YamlValue.Scalar.Kind.INTEGER,
          Tag.FLOAT, YamlValue.Scalar.Kind.FLOAT,
          Tag.BOOL, YamlValue.Scalar.Kind.BOOLEAN,
          Tag.NULL, YamlValue.Scalar.Kind.NULL);

  private static final Set<Tag> COLLECTIONS = Set.of(Tag.MAP, Tag.SEQ);

  private int values;

  YamlValue convert(Node root) throws YamlException {
    return convert(root, 0);
  }

  private YamlValue convert(Node node, int depth) throws YamlException {
    if (depth > YamlLimits.DEPTH) {
      throw YamlReader.tooLarge(
          node.getStartMark(),
          "the document is nested deeper than " + YamlLimits.DEPTH + ", by its aliases");
    }
    if (++values > YamlLimits.VALUES) {
      throw YamlReader.tooLarge(
          node.getStartMark(), "the document has more than " + YamlLimits.VALUES + " values");
    }
    if (!(node instanceof ScalarNode) && !COLLECTIONS.contains(node.getTag())) {
      throw tagged(node);
    }
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, depth);
      case SequenceNode sequence -> sequence(sequence, depth);
      case ScalarNode scalar -> scalar(scalar);
      default -> throw problem(node, "a value of an unknown sort", "remove it");
    };
  }

  private YamlValue sequence(SequenceNode node, int depth) throws YamlException {
    List<YamlValue> elements = new ArrayList<>();
    for (Node element : node.getValue()) {
      elements.add(convert(element, depth + 1));
    }
    return new YamlValue.Sequence(line(node), column(node), elements);
  }

  private YamlValue mapping(MappingNode node, int depth) throws YamlException {
    SequencedMap<String, YamlValue.Mapping.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        throw problem(key, "the mapping has a key that is not text", "write the key as plain text");
      }
      String name = scalar.getValue();
      if (name.equals("<<")) {
        throw problem(key, "a merge key (<<) is nothing that YAML 1.2 knows", "write it out");
      }
      YamlValue value = convert(tuple.getValueNode(), depth + 1);
      var entry = new YamlValue.Mapping.Entry(line(key), column(key), value);
      YamlValue.Mapping.Entry earlier = entries.putIfAbsent(name, entry);
      if (earlier != null) {
        throw new YamlException(
            DiagnosticCode.DUPLICATE_KEY,
            line(key),
            column(key),
            "the key " + Quote.of(name) + " stands here and in line " + earlier.line(),
            "remove one of the two");
      }
    }
    return new YamlValue.Mapping(line(node), column(node), entries);
  }

  private static YamlValue scalar(ScalarNode node) throws YamlException {
    YamlValue.Scalar.Kind kind = KINDS.get(node.getTag());
    if (kind == null) {
      throw tagged(node);
    }
    return new YamlValue.Scalar(line(node), column(node), kind, node.getValue(), shift(node));
  }

  private static YamlException tagged(Node node) {
    return problem(
        node, "the value has the tag " + Quote.of(node.getTag().getValue()), "remove the tag (!…)");
  }

  /** Plain and quoted texts of one line stand in the file as they are, unless they are escaped. */
  private static int shift(ScalarNode node) {
    Optional<Mark> start = node.getStartMark();
    Optional<Mark> end = node.getEndMark();
    if (start.isEmpty() || end.isEmpty() || start.get().getLine() != end.get().getLine()) {
      return -1;
    }
    int quotes = node.getScalarStyle() == ScalarStyle.PLAIN ? 0 : 1;
    int width = end.get().getColumn() - start.get().getColumn();
    int length = node.getValue().codePointCount(0, node.getValue().length());
    return width == length + 2 * quotes ? quotes : -1;
  }

  private static YamlException problem(Node node, String problem, String fix) {
    return new YamlException(DiagnosticCode.YAML_MALFORMED, line(node), column(node), problem, fix);
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static int column(Node node) {
    return node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
  }
}
