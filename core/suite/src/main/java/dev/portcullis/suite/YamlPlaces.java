// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The lines on which the values of a YAML document stand. What an alias stands for is found where
 * its anchor is.
 */
final class YamlPlaces {
  private final @Nullable Node root;

  private YamlPlaces(@Nullable Node root) {
    this.root = root;
  }

  /** Of a text that is YAML. */
  static YamlPlaces of(LoadSettings settings, String text) {
    return new YamlPlaces(new Compose(settings).composeString(text).orElse(null));
  }

  /**
   * The line, from 1, of what a path leads to, or of the last thing on the way that exists.
   *
   * @param path names of members and, as {@link Integer}, indices of items
   */
  int line(List<?> path) {
    int line = 1;
    Node at = root;
    for (Object step : path) {
      if (at == null) {
        return line;
      }
      Node found = step instanceof Integer index ? item(at, index) : null;
      if (step instanceof String name && at instanceof MappingNode mapping) {
        Optional<NodeTuple> member =
            mapping.getValue().stream()
                .filter(tuple ->
                    tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name))
                .findFirst();
        // A member is where its name is: its value may begin on a later line.
        line = member.map(tuple -> line(tuple.getKeyNode(), 0)).filter(l -> l > 0).orElse(line);
        found = member.map(NodeTuple::getValueNode).orElse(null);
      } else if (found != null) {
        line = line(found, line);
      }
      at = found;
    }
    return line;
  }

  private static @Nullable Node item(Node node, int index) {
    return node instanceof SequenceNode list && index >= 0 && index < list.getValue().size()
        ? list.getValue().get(index)
        : null;
  }

  private static int line(Node node, int otherwise) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(otherwise);
  }
}
