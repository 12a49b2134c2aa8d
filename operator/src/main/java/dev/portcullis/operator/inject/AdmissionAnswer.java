// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** What the API server is told. */
public sealed interface AdmissionAnswer {
  /** The version of the API that is spoken. */
  String API_VERSION = "admission.k8s.io/v1";

  /** Its only kind. */
  String KIND = "AdmissionReview";

  /** For whoever asked the API server. */
  List<String> warnings();

  /** A word for the metric: what became of the object. */
  String result();

  /**
   * The object may be stored.
   *
   * @param patch RFC 6902; empty: as it is
   */
  record Allowed(ArrayNode patch, List<String> warnings, String result) implements AdmissionAnswer {
    public Allowed {
      warnings = List.copyOf(warnings);
    }

    static Allowed asIs(List<String> warnings, String result) {
      return new Allowed(JsonNodeFactory.instance.arrayNode(), warnings, result);
    }
  }

  /** The object must not be stored; the message says why, and what to do. */
  record Denied(String message, List<String> warnings) implements AdmissionAnswer {
    public Denied {
      warnings = List.copyOf(warnings);
    }

    @Override
    public String result() {
      return "refused";
    }
  }

  /** The AdmissionReview that answers the one with this uid. */
  default ObjectNode review(String uid) {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    ObjectNode response =
        review.put("apiVersion", API_VERSION).put("kind", KIND).putObject("response");
    response.put("uid", uid);
    switch (this) {
      case Allowed(ArrayNode patch, var _, var _) -> {
        response.put("allowed", true);
        if (!patch.isEmpty()) {
          byte[] json = patch.toString().getBytes(StandardCharsets.UTF_8);
          response.put("patchType", "JSONPatch");
          response.put("patch", Base64.getEncoder().encodeToString(json));
        }
      }
      case Denied(String message, var _) -> {
        response.put("allowed", false);
        response
            .putObject("status")
            .put("code", 422)
            .put("reason", "Invalid")
            .put("message", message);
      }
    }
    if (!warnings().isEmpty()) {
      warnings().forEach(response.putArray("warnings")::add);
    }
    return review;
  }
}
