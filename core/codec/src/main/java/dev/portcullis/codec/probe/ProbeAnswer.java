// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.probe;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a decision service says of the gate that asked it about a probe.
 *
 * @param route that the gate asked about
 * @param planVersion of the plan by which requests there are decided; empty: there is none
 * @param principal the workload that the gate took the operator for; empty: it cannot tell
 */
public record ProbeAnswer(String route, String planVersion, String principal) {
  /** The response header that holds it. */
  public static final String HEADER = "x-portcullis-probe";

  private static final String USE = "portcullis probe answer 1";
  private static final int MAX_LENGTH = 4096;
  private static final int SIGNATURE_DIGITS = 43;

  public ProbeAnswer {
    if ((route + planVersion + principal).indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a part of an answer has one line");
    }
  }

  /** What the header says: the answer, and a signature over it and the question. */
  public String to(ProbeQuestion.Verified asked) {
    String text = route + "\n" + planVersion + "\n" + principal;
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString(text.getBytes(StandardCharsets.UTF_8))
        + "."
        + encoder.encodeToString(asked.key().sign(USE, signed(asked.question(), text)));
  }

  private static String signed(ProbeQuestion question, String text) {
    return question.text() + "\n" + text;
  }

  /**
   * Reads the header; empty when it is no answer to this very question by somebody with one of the
   * keys.
   */
  public static Optional<ProbeAnswer> in(
      String header, ProbeQuestion question, List<ProbeKey> keys) {
    int dot = header.length() - SIGNATURE_DIGITS - 1;
    if (dot < 0 || header.length() > MAX_LENGTH || header.charAt(dot) != '.') {
      return Optional.empty();
    }
    try {
      Base64.Decoder decoder = Base64.getUrlDecoder();
      String text = new String(decoder.decode(header.substring(0, dot)), StandardCharsets.UTF_8);
      byte[] signature = decoder.decode(header.substring(dot + 1));
      String[] parts = text.split("\n", -1);
      boolean good =
          parts.length == 3
              && keys.stream().anyMatch(key -> key.signed(USE, signed(question, text), signature));
      return good ? Optional.of(new ProbeAnswer(parts[0], parts[1], parts[2])) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
