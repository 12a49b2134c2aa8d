// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Bounds of what is refused before anything is asked that costs. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.perAddress) || has(self.total) || has(self.failedCredentialsPerAddress)",
    message = "a floodGuard needs perAddress, total or failedCredentialsPerAddress")
public record FloodGuard(
    @JsonPropertyDescription(
            "How many requests each address may send (IPv6 by /64). Each Envoy counts for itself,"
                + " by the peer of the connection, and asks nobody about what is beyond it. Behind"
                + " clientAddress.trustedProxies the decision service counts instead, by the"
                + " client's address.")
        @Nullable Rate perAddress,
    @JsonPropertyDescription(
            "How many requests of all clients may reach each route, which is a port of a Service,"
                + " in each Envoy, which counts for itself and asks nobody about what is beyond"
                + " it.")
        @Nullable Rate total,
    @JsonPropertyDescription(
            "How many credentials that fail each address may bring (IPv6 by /64). Beyond it every"
                + " request of the address is refused.")
        @Nullable Rate failedCredentialsPerAddress) {}
