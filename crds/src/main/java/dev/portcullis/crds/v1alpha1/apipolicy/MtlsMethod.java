// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Workload identities, proved by mutual TLS.
 *
 * @param principals SPIFFE IDs; {@code *} stands for any characters inside one segment of the path
 */
public record MtlsMethod(
    @JsonPropertyDescription(
            "SPIFFE IDs of the callers that are let in, such as"
                + " spiffe://cluster.local/ns/shop/sa/orders. A * stands for any characters inside"
                + " one segment of the path, never for a slash or a trust domain.")
        @Required
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = "self.all(p, p.startsWith('spiffe://'))",
            message =
                "principals: each must begin with spiffe://, such as"
                    + " spiffe://cluster.local/ns/shop/sa/orders")
        @ValidationRule(
            value =
                "self.all(p, !p.startsWith('spiffe://') ||"
                    + " p.matches('^spiffe://[a-z0-9._-]{1,255}/'))",
            message =
                "principals: after spiffe:// stands a trust domain of lower-case letters, digits,"
                    + " dots, dashes and underscores, without * and port, and then a path")
        @ValidationRule(
            value =
                "self.all(p, !p.matches('^spiffe://[a-z0-9._-]{1,255}/') ||"
                    + " (p.matches('^spiffe://[^/]+(/[A-Za-z0-9._*-]+)+$')"
                    + " && !p.matches('/[.]{1,2}(/|$)') && !p.contains('**')))",
            message =
                "principals: segments of the path are letters, digits, dots, dashes, underscores"
                    + " and *, never empty, . or .., and without **: one * stands for one segment"
                    + " at most")
        List<@Size(min = 1, max = 1024) String> principals) {

  public MtlsMethod {
    principals = Absent.toEmpty(principals);
  }
}
