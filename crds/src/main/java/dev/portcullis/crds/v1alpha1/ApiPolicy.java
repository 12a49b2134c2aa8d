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

/** Who may call an API, from where, and with what. */
@JsonClassDescription("Who may call an API, from where, and with what.")
@Group("portcullis.dev")
@Version("v1alpha1")
@Plural("apipolicies")
@ShortNames("apipol")
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
public class ApiPolicy extends CustomResource<ApiPolicySpec, PolicyStatus> implements Namespaced {

  @Override
  @Required
  @JsonPropertyDescription("Who may call the targets, from where, and with what.")
  public ApiPolicySpec getSpec() {
    return super.getSpec();
  }

  @Override
  @JsonPropertyDescription("What became of it. Written by the operator.")
  public @Nullable PolicyStatus getStatus() {
    return super.getStatus();
  }

  // The base class would look for a constructor without arguments, which records do not have.
  @Override
  protected @Nullable ApiPolicySpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable PolicyStatus initStatus() {
    return null;
  }
}
