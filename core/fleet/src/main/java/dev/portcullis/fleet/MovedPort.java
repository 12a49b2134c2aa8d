// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named port that the sidecar took over, as annotation {@value Names#PORTS} has it.
 *
 * @param name that Services lead to
 * @param app where the application listens
 * @param listen where the sidecar listens for it
 */
public record MovedPort(String name, int app, int listen) {
  /** How many ports of a pod can be moved. */
  public static final int MAX_PORTS = 64;

  private static final int MAX_LABEL = 63;
  private static final int DIGEST_BYTES = 16;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?");

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException when it is none that we would write
   */
  public MovedPort {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a port: " + name);
    }
    if (app < 1 || app > 65535) {
      throw new IllegalArgumentException("not a port (1 to 65535): " + app);
    }
    if (listen < Names.FIRST_MOVED_PORT || listen >= Names.FIRST_MOVED_PORT + MAX_PORTS) {
      throw new IllegalArgumentException("not a port that the sidecar listens on: " + listen);
    }
  }

  /** As the annotation has them. */
  public static String write(List<MovedPort> ports) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    for (MovedPort port : ports) {
      out.addObject().put("name", port.name()).put("app", port.app()).put("listen", port.listen());
    }
    return out.toString();
  }

  /**
   * The value of label {@value Names#MOVED}: the application's ports in ascending order, or their
   * digest where they are too many for a label.
   *
   * @param ports at least one
   */
  public static String label(List<MovedPort> ports) {
    String all =
        ports.stream()
            .map(MovedPort::app)
            .distinct()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining("-"));
    return all.length() <= MAX_LABEL ? all : "of-" + digest(all);
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads the annotation; nothing, when it is not what the webhook writes.
   *
   * @param annotation its text, or empty
   */
  public static List<MovedPort> read(String annotation) {
    List<MovedPort> out = new ArrayList<>();
    if (annotation.isEmpty()) {
      return out;
    }
    try {
      for (JsonNode each : JSON.readTree(annotation)) {
        if (out.size() == MAX_PORTS) {
          return List.of();
        }
        out.add(
            new MovedPort(
                each.path("name").asText(), each.path("app").asInt(), each.path("listen").asInt()));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return List.of();
    }
    return out;
  }
}
