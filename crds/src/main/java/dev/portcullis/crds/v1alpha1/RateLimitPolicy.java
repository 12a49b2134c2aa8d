// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** How much each caller of an API may have. */
@JsonClassDescription("How much each caller of an API may have.")
@Group("portcullis.dev")
@Version("v1alpha1")
@Plural("ratelimitpolicies")
@ShortNames("rlpol")
@Categories("portcullis")
@AdditionalPrinterColumn(name = "Target", jsonPath = ".spec.targetRefs[0].name")
@AdditionalPrinterColumn(name = "Mode", jsonPath = ".spec.mode")
@AdditionalPrinterColumn(
    name = "Accepted",
    jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status")
@AdditionalPrinterColumn(
    name = "Programmed",
    jsonPath = ".status.conditions[?(@.type==\"Programmed\")].status")
@AdditionalPrinterColumn(
    name = "Enforced",
    jsonPath = ".status.conditions[?(@.type==\"Enforced\")].status")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@SuppressWarnings("serial") // the client's base class is serializable by an accident of history
public class RateLimitPolicy extends CustomResource<RateLimitPolicySpec, PolicyStatus>
    implements Namespaced {

  @Override
  @Required
  @JsonPropertyDescription("How much each caller of the targets may have.")
  public RateLimitPolicySpec getSpec() {
    return super.getSpec();
  }

  @Override
  @JsonPropertyDescription("What became of it. Written by the operator.")
  public @Nullable PolicyStatus getStatus() {
    return super.getStatus();
  }

  // The base class would look for a constructor without arguments, which records do not have.
  @Override
  protected @Nullable RateLimitPolicySpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable PolicyStatus initStatus() {
    return null;
  }
}
