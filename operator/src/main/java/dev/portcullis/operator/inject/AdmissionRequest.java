// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * What the API server asks, as it came; the object is nobody's type.
 *
 * @param uid goes back with the answer
 * @param kind of the object, such as {@code Pod}
 * @param operation {@code CREATE}, {@code UPDATE}
 * @param subResource such as {@code status}, or empty
 * @param namespace empty for what belongs to none
 * @param object to be stored; not an object when something is deleted
 * @param oldObject what is stored; not an object when something is created
 */
public record AdmissionRequest(
    String uid,
    String kind,
    String operation,
    String subResource,
    String namespace,
    JsonNode object,
    JsonNode oldObject) {
  private static final int MAX_DEPTH = 200;

  /** Numbers keep their digits: what stands in an object goes back into patches. */
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /**
   * Reads an AdmissionReview of {@code admission.k8s.io/v1}.
   *
   * @throws MalformedReviewException when it is none
   */
  static AdmissionRequest parse(byte[] body) throws MalformedReviewException {
    JsonNode review;
    try {
      review = JSON.readTree(body);
    } catch (IOException e) {
      throw new MalformedReviewException("not JSON", e);
    }
    if (review == null
        || !review.path("apiVersion").asText().equals(AdmissionAnswer.API_VERSION)
        || !review.path("kind").asText().equals(AdmissionAnswer.KIND)) {
      throw new MalformedReviewException("not an AdmissionReview of admission.k8s.io/v1");
    }
    JsonNode request = review.path("request");
    String uid = request.path("uid").asText();
    if (uid.isEmpty()) {
      throw new MalformedReviewException("an AdmissionReview without request.uid");
    }
    return new AdmissionRequest(
        uid,
        request.path("kind").path("kind").asText(),
        request.path("operation").asText(),
        request.path("subResource").asText(),
        request.path("namespace").asText(),
        request.path("object"),
        request.path("oldObject"));
  }
}
