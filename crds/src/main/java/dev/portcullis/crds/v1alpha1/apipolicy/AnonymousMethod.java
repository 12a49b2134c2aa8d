// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;

/** Admits requests that carry no credentials; written {@code anonymous: {}}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AnonymousMethod() {}
