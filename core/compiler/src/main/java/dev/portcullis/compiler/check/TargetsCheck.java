// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.Inheritance;
import dev.portcullis.crds.v1alpha1.Names;
import dev.portcullis.crds.v1alpha1.NamespaceSelector;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a policy claims. What it may not claim is reported and left out: a policy that is
 * wrong closes its own targets and never those of somebody else.
 */
final class TargetsCheck {
  private static final Pattern LABEL = Pattern.compile(Names.DNS_LABEL);
  private static final Pattern SUBDOMAIN = Pattern.compile(Names.DNS_SUBDOMAIN);
  private static final FieldPath REFS = FieldPath.SPEC.field("targetRefs");
  private static final FieldPath SELECTOR = FieldPath.SPEC.field("namespaceSelector");

  private final String namespace;
  private final PolicySpec spec;
  private final Findings findings;
  private final List<Target> targets = new ArrayList<>();

  private TargetsCheck(String namespace, PolicySpec spec, Findings findings) {
    this.namespace = namespace;
    this.spec = spec;
    this.findings = findings;
  }

  /** The targets that can be named at all; what is wrong with the others is found elsewhere too. */
  static List<Target> check(
      String namespace, String installation, PolicySpec spec, Findings findings) {
    TargetsCheck check = new TargetsCheck(namespace, spec, findings);
    NamespaceSelector selector = spec.namespaceSelector();
    if (!isLabel(namespace) || (selector != null && !check.selects(selector, installation))) {
      return List.of();
    }
    for (int i = 0; i < spec.targetRefs().size(); i++) {
      TargetRef ref = spec.targetRefs().get(i);
      if (ref != null && ref.kind() != null && ref.name() != null) {
        check.add(ref, REFS.at(i));
      }
    }
    check.whole();
    return List.copyOf(check.targets);
  }

  /** What is meant when no target is named. */
  private void whole() {
    if (spec.targetRefs().isEmpty()) {
      NamespaceSelector selector = spec.namespaceSelector();
      if (selector == null) {
        findings.add(
            DiagnosticCode.FIELD_REQUIRED, REFS, "targetRefs is required", "add targetRefs");
      } else {
        targets.add(
            new Target(selector, TargetRef.Kind.NAMESPACE, "", null, overrides(), SELECTOR));
      }
    }
  }

  private void add(TargetRef ref, FieldPath path) {
    String section = ref.sectionName();
    if (!mayBeTargeted(ref, path) || (section != null && !isLabel(section))) {
      return;
    }
    Target target =
        new Target(spec.namespaceSelector(), ref.kind(), ref.name(), section, overrides(), path);
    if (targets.stream().anyMatch(other -> other.in(namespace).equals(target.in(namespace)))) {
      findings.add(
          DiagnosticCode.DUPLICATE_NAME,
          path,
          "the target " + target.in(namespace) + " is listed twice",
          "remove one of them");
    } else {
      targets.add(target);
    }
  }

  private boolean mayBeTargeted(TargetRef ref, FieldPath path) {
    boolean named = ref.kind().isWorkload() ? isSubdomain(ref.name()) : isLabel(ref.name());
    if (!named && isSubdomain(ref.name())) {
      unsupported(
          path.field("name"),
          "the name of a " + ref.kind().word() + " has no dots and at most 63 characters",
          "correct the name");
    }
    String group = ref.group();
    String wanted = ref.kind().isWorkload() ? "apps" : "";
    if (group != null && !group.equals(wanted)) {
      unsupported(
          path.field("group"),
          ref.kind().word() + " is not in the group " + Quote.of(group),
          wanted.isEmpty() ? "remove group" : "write group: " + wanted + ", or remove it");
      return false;
    }
    if (ref.kind() == TargetRef.Kind.NAMESPACE) {
      return named && isOwnNamespace(ref, path);
    }
    if (overrides() && spec.namespaceSelector() == null) {
      unsupported(
          FieldPath.SPEC.field("inheritance"),
          "Override is for targets of kind Namespace and for namespaceSelector",
          "remove inheritance, or target the Namespace");
    }
    return named;
  }

  private boolean isOwnNamespace(TargetRef ref, FieldPath path) {
    if (spec.namespaceSelector() != null) {
      unsupported(
          path.field("kind"),
          "namespaceSelector already chooses the namespaces",
          "remove the target of kind Namespace");
      return false;
    }
    if (ref.sectionName() != null) {
      unsupported(
          path.field("sectionName"),
          "a Namespace has no sections",
          "remove sectionName, or target a Service");
    }
    if (!ref.name().equals(namespace)) {
      findings.add(
          DiagnosticCode.NAMESPACE_FOREIGN,
          path.field("name"),
          "a policy in " + namespace + " cannot target the namespace " + ref.name(),
          "write name: " + namespace + ", or put the policy into " + ref.name());
      return false;
    }
    return ref.sectionName() == null;
  }

  private boolean selects(NamespaceSelector selector, String installation) {
    if (!namespace.equals(installation)) {
      findings.add(
          DiagnosticCode.SELECTOR_OUTSIDE,
          SELECTOR,
          "namespaceSelector is for policies in " + installation + " only",
          "put the policy into " + installation + ", or target the Namespace " + namespace);
      return false;
    }
    boolean readable = true;
    for (int i = 0; i < selector.matchExpressions().size(); i++) {
      NamespaceSelector.Requirement requirement = selector.matchExpressions().get(i);
      FieldPath path = SELECTOR.field("matchExpressions").at(i);
      readable &= requirement != null && isReadable(requirement, path);
    }
    return readable;
  }

  private boolean isReadable(NamespaceSelector.Requirement requirement, FieldPath path) {
    if (requirement.operator() == null || requirement.key() == null) {
      return false;
    }
    boolean wantsValues =
        switch (requirement.operator()) {
          case IN, NOT_IN -> true;
          case EXISTS, DOES_NOT_EXIST -> false;
        };
    if (wantsValues == requirement.values().isEmpty()) {
      findings.add(
          wantsValues ? DiagnosticCode.FIELD_REQUIRED : DiagnosticCode.OUT_OF_BOUNDS,
          path.field("values"),
          wantsValues ? "In and NotIn need values" : "only In and NotIn have values",
          wantsValues ? "add values" : "remove values");
    }
    return wantsValues != requirement.values().isEmpty();
  }

  private boolean overrides() {
    return spec.inheritance() == Inheritance.OVERRIDE;
  }

  private void unsupported(FieldPath path, String message, String fix) {
    findings.add(DiagnosticCode.TARGET_UNSUPPORTED, path, message, fix);
  }

  private static boolean isLabel(@Nullable String text) {
    return text != null && text.length() <= 63 && LABEL.matcher(text).matches();
  }

  private static boolean isSubdomain(String text) {
    return text.length() <= 253 && SUBDOMAIN.matcher(text).matches();
  }
}
