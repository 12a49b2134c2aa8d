// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Target;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DidYouMean;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.crds.v1alpha1.NamespaceSelector;
import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out whether what policies target exists. */
final class TargetRefs {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private final KnownTargets known;
  private final SortedSet<String> selectable;

  TargetRefs(KnownTargets known) {
    this.known = known;
    this.selectable = known.selectable();
  }

  /**
   * What does not exist, as far as that can be told.
   *
   * @param namespace of the policy
   */
  List<Finding> check(String namespace, List<Target> targets) {
    List<Finding> findings = new ArrayList<>();
    for (Target target : targets) {
      NamespaceSelector selector = target.namespaces();
      List<String> namespaces = selector == null ? List.of(namespace) : selected(selector);
      if (!namespaces.isEmpty()) {
        check(target, namespaces, findings);
      } else if (!selectable.isEmpty() && target.equals(targets.getFirst())) {
        // All targets of a policy share its selector.
        findings.add(
            weighed(
                Finding.of(
                    DiagnosticCode.NAMESPACES_NOT_FOUND,
                    FieldPath.SPEC.field("namespaceSelector"),
                    "no namespace" + among() + " has the labels that namespaceSelector asks for",
                    "label the namespaces, or correct the selector")));
      }
    }
    return findings;
  }

  private List<String> selected(NamespaceSelector selector) {
    return selectable.stream()
        .filter(namespace -> NamespaceMatch.matches(selector, known.labels(namespace)))
        .toList();
  }

  /** Without a cluster, files rarely hold all that exists. */
  private Finding weighed(Finding finding) {
    return onlyFiles() ? finding.as(Severity.NOTE) : finding;
  }

  private String among() {
    return onlyFiles() ? " among the files" : "";
  }

  private boolean onlyFiles() {
    return known.services() instanceof KnownServices.Unknown;
  }

  private void check(Target target, List<String> namespaces, List<Finding> findings) {
    if (target.kind() == TargetRef.Kind.NAMESPACE) {
      return;
    }
    String section = target.section();
    List<Set<String>> found =
        namespaces.stream()
            .map(namespace -> ports(target.in(namespace)))
            .filter(Objects::nonNull)
            .toList();
    SortedSet<String> ports =
        found.stream().flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new));
    if (isListed(target.kind()) && found.isEmpty()) {
      findings.add(weighed(notFound(target, namespaces)));
    } else if (section != null && !ports.contains(section)) {
      if (NUMBER.matcher(section).matches()) {
        findings.add(isNumber(target, section));
      } else if (isListed(target.kind())) {
        findings.add(weighed(portNotFound(target, section, ports)));
      }
    }
  }

  private boolean isListed(TargetRef.Kind kind) {
    return kind.isWorkload()
        ? known.workloads() instanceof KnownWorkloads.Listed
        : known.services() instanceof KnownServices.Listed;
  }

  /** The names of its ports; null when it is not known. */
  private @Nullable Set<String> ports(TargetName target) {
    if (!target.kind().isWorkload()) {
      return known.services()
              instanceof KnownServices.Listed(Map<ServiceName, Set<String>> services)
          ? services.get(new ServiceName(target.namespace(), target.name()))
          : null;
    }
    return known.workloads() instanceof KnownWorkloads.Listed(var workloads)
        ? workloads.get(
            new WorkloadName(target.namespace(), new Workload(target.kind(), target.name())))
        : null;
  }

  private Finding notFound(Target target, List<String> namespaces) {
    boolean workload = target.kind().isWorkload();
    String where =
        target.namespaces() == null
            ? target.in(namespaces.getFirst()).whole().toString()
            : target.kind().word() + " " + target.name() + " in the selected namespaces";
    String kind = target.kind().word();
    List<String> names = names(target.kind(), Set.copyOf(namespaces)).distinct().sorted().toList();
    return Finding.of(
        workload ? DiagnosticCode.WORKLOAD_NOT_FOUND : DiagnosticCode.SERVICE_NOT_FOUND,
        target.path().field("name"),
        workload && !onlyFiles()
            ? "no pod of " + where + " is known"
            : "there is no " + where + among(),
        DidYouMean.nearest(target.name(), names)
            .map(name -> "did you mean " + name + "?")
            .orElse("create the " + kind + ", or correct the name"));
  }

  private Stream<String> names(TargetRef.Kind kind, Set<String> namespaces) {
    if (!kind.isWorkload()) {
      return known.services()
              instanceof KnownServices.Listed(Map<ServiceName, Set<String>> services)
          ? services.keySet().stream()
              .filter(service -> namespaces.contains(service.namespace()))
              .map(ServiceName::name)
          : Stream.of();
    }
    return known.workloads() instanceof KnownWorkloads.Listed(var workloads)
        ? workloads.keySet().stream()
            .filter(one -> one.workload().kind() == kind && namespaces.contains(one.namespace()))
            .map(one -> one.workload().name())
        : Stream.of();
  }

  private static Finding portNotFound(Target target, String section, Set<String> ports) {
    return Finding.of(
        DiagnosticCode.PORT_NOT_FOUND,
        target.path().field("sectionName"),
        target.kind().word() + " " + target.name() + " has no port " + Quote.of(section),
        ports.isEmpty()
            ? "name the ports of the " + target.kind().word() + ", or remove sectionName"
            : DidYouMean.fix(section, ports));
  }

  private static Finding isNumber(Target target, String section) {
    return Finding.of(
        DiagnosticCode.SECTION_IS_A_NUMBER,
        target.path().field("sectionName"),
        "sectionName is the name of a port, and " + section + " looks like a port's number",
        "give the port of the " + target.kind().word() + " a name, and write that");
  }
}
