// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.apipolicy.Audit;
import dev.portcullis.crds.v1alpha1.apipolicy.Authentication;
import dev.portcullis.crds.v1alpha1.apipolicy.Authorization;
import dev.portcullis.crds.v1alpha1.apipolicy.ClientAddress;
import dev.portcullis.crds.v1alpha1.apipolicy.Cors;
import dev.portcullis.crds.v1alpha1.apipolicy.FailureMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Geo;
import dev.portcullis.crds.v1alpha1.apipolicy.IpAccess;
import dev.portcullis.crds.v1alpha1.apipolicy.RequestChecks;
import dev.portcullis.crds.v1alpha1.apipolicy.Transport;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may call the targets, from where, and with what. An absent section demands nothing. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = Rules.TARGETED, message = Rules.TARGETED_MESSAGE)
@ValidationRule(
    value = Rules.ONE_CHOICE_OF_NAMESPACES,
    message = Rules.ONE_CHOICE_OF_NAMESPACES_MESSAGE)
@ValidationRule(value = Rules.OVERRIDES_FROM_ABOVE, message = Rules.OVERRIDES_FROM_ABOVE_MESSAGE)
@ValidationRule(
    value =
        "!has(self.transport) || self.transport.mtls != 'Disabled' || !has(self.authentication)"
            + " || !self.authentication.methods.exists(m, has(m.mtls))",
    message =
        "transport.mtls is Disabled, so that no method mtls can ever hold: remove the method, or"
            + " write Permissive",
    fieldPath = ".transport.mtls")
public record ApiPolicySpec(
    @JsonPropertyDescription(
            "What the policy guards, in its own namespace. Required without namespaceSelector.")
        @Size(min = 1, max = 16)
        @ValidationRule(value = Rules.UNIQUE_TARGETS, message = Rules.UNIQUE_TARGETS_MESSAGE)
        List<TargetRef> targetRefs,
    @JsonPropertyDescription(
            "Only in the installation namespace: the policy guards what its targetRefs name in"
                + " each namespace with these labels; without targetRefs, all of each.")
        @Nullable NamespaceSelector namespaceSelector,
    @JsonPropertyDescription(
            "For Namespace targets and namespaceSelector, section by section: with Default policies"
                + " of narrower targets go first, with Override this one does.")
        @Default("Default")
        Inheritance inheritance,
    @JsonPropertyDescription(
            "Enforce acts; Shadow only records what it would have done. An authorization rule may"
                + " set its own.")
        @Default("Enforce")
        Mode mode,
    @JsonPropertyDescription(
            "What Envoy does when it gets no answer from the decision service: Deny or Allow.")
        @Default("Deny")
        FailureMode failureMode,
    @JsonPropertyDescription("How callers connect. Absent: as with mtls Permissive.")
        @Nullable Transport transport,
    @JsonPropertyDescription("How the address of the client is found.")
        @Nullable ClientAddress clientAddress,
    @JsonPropertyDescription("Which client addresses may call.") @Nullable IpAccess ipAccess,
    @JsonPropertyDescription(
            "From which countries clients may call, by the database that the installation has.")
        @Nullable Geo geo,
    @JsonPropertyDescription(
            "Which pages of other origins may call from a browser. Their preflights need no"
                + " credentials. Absent: what the service itself says.")
        @Nullable Cors cors,
    @JsonPropertyDescription("How callers prove who they are. Absent: nobody is asked.")
        @Nullable Authentication authentication,
    @JsonPropertyDescription(
            "What callers may do. Absent: whoever authenticated may pass. Present: what no rule"
                + " allows is denied.")
        @Nullable Authorization authorization,
    @JsonPropertyDescription("What form requests must have.") @Nullable RequestChecks request,
    @JsonPropertyDescription("What the decision log keeps.") @Nullable Audit audit)
    implements PolicySpec {

  public ApiPolicySpec {
    targetRefs = Absent.toEmpty(targetRefs);
    inheritance = inheritance == null ? Inheritance.DEFAULT : inheritance;
    mode = mode == null ? Mode.ENFORCE : mode;
    failureMode = failureMode == null ? FailureMode.DENY : failureMode;
  }
}
