// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Logouts that the issuer reports (OpenID Connect Back-Channel Logout 1.0). */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BackchannelLogout(
    @JsonPropertyDescription(
            "Under which ids the issuer knows the clients whose logouts it reports; the claim aud"
                + " of a logout token must name one of them.")
        @Required
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 256) String> clientIds) {

  public BackchannelLogout {
    clientIds = Absent.toEmpty(clientIds);
  }
}
