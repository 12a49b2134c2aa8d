// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Rules;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Which client addresses may call.
 *
 * @param allow addresses or CIDR ranges; when it or {@code allowLists} is not empty, a client
 *     outside of all of them is refused
 * @param deny addresses or CIDR ranges; a client inside of them is refused, also when it is allowed
 * @param allowLists longer lists that count as {@code allow} does
 * @param denyLists longer lists that count as {@code deny} does
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.allow) || has(self.deny) || has(self.allowLists) || has(self.denyLists)",
    message =
        "ipAccess needs allow, deny, allowLists or denyLists: leave ipAccess out to admit every"
            + " address")
public record IpAccess(
    @JsonPropertyDescription("Addresses or CIDR ranges that may call. Default: every address.")
        @Size(min = 1, max = 256)
        @ValidationRule(value = Rules.ADDRESSES, message = "allow: " + Rules.ADDRESSES_MESSAGE)
        List<@Size(min = 1, max = 43) String> allow,
    @JsonPropertyDescription(
            "Addresses or CIDR ranges that may not call, also when they are allowed.")
        @Size(min = 1, max = 256)
        @ValidationRule(value = Rules.ADDRESSES, message = "deny: " + Rules.ADDRESSES_MESSAGE)
        List<@Size(min = 1, max = 43) String> deny,
    @JsonPropertyDescription("Longer lists of addresses that may call, beside those in allow.")
        @Size(min = 1, max = 16)
        List<AddressListSource> allowLists,
    @JsonPropertyDescription(
            "Longer lists of addresses that may not call, beside those in deny. While a list is"
                + " absent or cannot be read, nobody may call.")
        @Size(min = 1, max = 16)
        List<AddressListSource> denyLists) {

  public IpAccess {
    allow = Absent.toEmpty(allow);
    deny = Absent.toEmpty(deny);
    allowLists = Absent.toEmpty(allowLists);
    denyLists = Absent.toEmpty(denyLists);
  }
}
