// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/**
 * Chooses namespaces by their labels, as Kubernetes' label selectors do. All that it says must
 * hold; one that says nothing chooses every namespace.
 *
 * @param matchLabels labels that a namespace must carry, with these values
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NamespaceSelector(
    @JsonPropertyDescription("Labels that a namespace must carry, all of them.")
        @Size(max = 16)
        @ValidationRule(
            value = "self.all(key, key.size() <= 317)",
            message = "matchLabels: a label's name is at most 317 characters long, prefix included")
        Map<String, @Size(max = 63) @Pattern(Names.LABEL_VALUE) String> matchLabels,
    @JsonPropertyDescription("Requirements on labels, all of which must hold.") @Size(max = 16)
        List<Requirement> matchExpressions) {

  public NamespaceSelector {
    matchLabels = Absent.toEmpty(matchLabels);
    matchExpressions = Absent.toEmpty(matchExpressions);
  }

  /**
   * What must hold of one label.
   *
   * @param values for {@code In} and {@code NotIn} only
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @ValidationRule(
      value = "(self.operator in ['In', 'NotIn']) == has(self.values)",
      message = "values go with In and NotIn: add them there, and remove them elsewhere")
  public record Requirement(
      @JsonPropertyDescription("Name of the label.") @Required @Size(min = 1, max = 317) String key,
      @JsonPropertyDescription("In, NotIn, Exists or DoesNotExist.") @Required Operator operator,
      @JsonPropertyDescription("Values that the label must have, or must not have.")
          @Size(min = 1, max = 16)
          List<@Size(max = 63) @Pattern(Names.LABEL_VALUE) String> values) {

    public Requirement {
      values = Absent.toEmpty(values);
    }
  }

  /** How a label is asked about. */
  public enum Operator {
    /** It has one of the values. */
    @JsonProperty("In")
    IN,
    /** It has none of the values; a namespace without the label is chosen as well. */
    @JsonProperty("NotIn")
    NOT_IN,
    /** It is there. */
    @JsonProperty("Exists")
    EXISTS,
    /** It is not there. */
    @JsonProperty("DoesNotExist")
    DOES_NOT_EXIST
  }
}
