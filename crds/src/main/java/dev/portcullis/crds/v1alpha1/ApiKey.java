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

/** An issued key: never the key, only its hash. */
@JsonClassDescription("An issued key: never the key, only its hash.")
@Group("portcullis.dev")
@Version("v1alpha1")
@Plural("apikeys")
@ShortNames("apikey")
@Categories("portcullis")
@AdditionalPrinterColumn(name = "Client", jsonPath = ".spec.client")
@AdditionalPrinterColumn(name = "Plan", jsonPath = ".spec.plan")
@AdditionalPrinterColumn(name = "Expires", jsonPath = ".spec.expires")
@AdditionalPrinterColumn(
    name = "Revoked",
    jsonPath = ".spec.revoked",
    type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Last used",
    jsonPath = ".status.lastUsed",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@SuppressWarnings("serial") // the client's base class is serializable by an accident of history
public class ApiKey extends CustomResource<ApiKeySpec, ApiKeyStatus> implements Namespaced {

  @Override
  @Required
  @JsonPropertyDescription("The key: never the key itself, only its hash.")
  public ApiKeySpec getSpec() {
    return super.getSpec();
  }

  @Override
  @JsonPropertyDescription("What became of it. Written by the operator.")
  public @Nullable ApiKeyStatus getStatus() {
    return super.getStatus();
  }

  // The base class would look for a constructor without arguments, which records do not have.
  @Override
  protected @Nullable ApiKeySpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable ApiKeyStatus initStatus() {
    return null;
  }
}
