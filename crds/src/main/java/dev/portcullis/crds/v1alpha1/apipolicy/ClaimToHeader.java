// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A verified claim that upstream receives as a header. */
public record ClaimToHeader(
    @JsonPropertyDescription("Name of the claim.") @Required @Size(min = 1, max = 256) String claim,
    @JsonPropertyDescription("Name of the header.")
        @Required
        @Size(min = 1, max = 128)
        @Pattern(Names.HEADER)
        @ValidationRule(
            value =
                "!(self.lowerAscii() in ['host', 'authorization', 'cookie', 'connection',"
                    + " 'content-length', 'content-type', 'expect', 'forwarded', 'keep-alive',"
                    + " 'proxy-authorization', 'proxy-connection', 'te', 'trailer',"
                    + " 'transfer-encoding', 'upgrade', 'via', 'x-request-id']) &&"
                    + " !self.lowerAscii().startsWith('x-envoy-') &&"
                    + " !self.lowerAscii().startsWith('x-forwarded-')",
            message =
                "header has a meaning of its own in HTTP or Envoy: choose another, such as"
                    + " x-user-id")
        String header) {}
