// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.policy.match.AddressListText;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Finds the lists of addresses that one policy refers to. */
final class AddressListResolver {
  /** Ranges of all lists of one policy. */
  static final int MAX_RANGES = 1_000_000;

  private static final FieldPath SECTION = FieldPath.SPEC.field("ipAccess");

  private final KnownConfigMaps configMaps;
  private final Memo memo;
  private final List<Finding> findings = new ArrayList<>();
  private final List<AddressList> found = new ArrayList<>();

  AddressListResolver(KnownConfigMaps configMaps, Memo memo) {
    this.configMaps = configMaps;
    this.memo = memo;
  }

  /**
   * What came of reading a text.
   *
   * @param problem what is wrong with it; empty: nothing is
   * @param list null: something is wrong
   */
  record Read(String problem, @Nullable AddressList list) {}

  /** References that lead nowhere, or to what is no list. */
  List<Finding> findings() {
    return findings;
  }

  /** The lists that were found. */
  List<AddressList> found() {
    return found;
  }

  /** The section with the hashes of its lists; null: one of them cannot be used. */
  @Nullable RequestSpec resolve(RequestSpec section) {
    List<AddressListSpec> allowed = resolve(section.allowLists(), SECTION.field("allowLists"));
    List<AddressListSpec> denied = resolve(section.denyLists(), SECTION.field("denyLists"));
    long ranges = found.stream().mapToLong(list -> list.ranges().size()).sum();
    if (ranges > MAX_RANGES) {
      findings.add(
          Finding.of(
              DiagnosticCode.ADDRESS_LIST_UNUSABLE,
              SECTION,
              "the lists have " + ranges + " ranges, more than " + MAX_RANGES,
              "name fewer of them"));
    }
    return findings.isEmpty() ? section.with(allowed, denied) : null;
  }

  private List<AddressListSpec> resolve(List<AddressListSpec> lists, FieldPath path) {
    List<AddressListSpec> out = new ArrayList<>();
    for (int i = 0; i < lists.size(); i++) {
      switch (lists.get(i)) {
        case AddressListSpec.FromFile file -> out.add(file);
        case AddressListSpec.FromConfigMap ref -> {
          AddressList list = find(ref, path.at(i).field("configMapRef"));
          if (list != null) {
            found.add(list);
            out.add(ref.with(list.hash()));
          }
        }
      }
    }
    return out;
  }

  private @Nullable AddressList find(AddressListSpec.FromConfigMap ref, FieldPath path) {
    KnownConfigMaps.Content content = configMaps.find(ref.namespace(), ref.name());
    if (content == null || content.of(ref.key()).isEmpty()) {
      findings.add(missing(ref, path, content != null));
      return null;
    }
    Read read = memo.addressList(content, ref.key(), () -> read(content.of(ref.key())));
    if (read.list() == null) {
      findings.add(
          Finding.of(
              DiagnosticCode.ADDRESS_LIST_UNUSABLE,
              path,
              "ConfigMap " + ref.name() + ": " + read.problem(),
              "correct the ConfigMap; until then nobody can tell who may call"));
    }
    return read.list();
  }

  private Finding missing(AddressListSpec.FromConfigMap ref, FieldPath path, boolean exists) {
    String name = ref.namespace() + "/" + ref.name();
    if (configMaps.forbidden().contains(new KnownConfigMaps.Name(ref.namespace(), ref.name()))) {
      return Finding.of(
          DiagnosticCode.CONFIG_MAP_FORBIDDEN,
          path,
          "to read the ConfigMap " + name + " is forbidden",
          "grant the operator get, list and watch on ConfigMap "
              + name
              + ", by a Role with that resourceName; until then nobody can tell who may call");
    }
    String problem = "there is no ConfigMap " + name;
    if (exists) {
      problem =
          ref.key() == null
              ? "the ConfigMap " + name + " holds no text"
              : "there is no key " + Quote.of(ref.key()) + " in the ConfigMap " + name;
    }
    Finding finding =
        Finding.of(
            DiagnosticCode.CONFIG_MAP_NOT_FOUND,
            path,
            problem,
            "create it, or correct the reference; until then nobody can tell who may call");
    return configMaps.complete() || exists ? finding : finding.as(Severity.WARNING);
  }

  private static Read read(SortedMap<String, String> texts) {
    AddressListText reader = new AddressListText(AddressListText.MAX_RANGES);
    texts.forEach(reader::read);
    if (reader.tooLong()) {
      return new Read(
          "it has " + reader.count() + " lines, more than " + AddressListText.MAX_RANGES, null);
    }
    if (reader.empty()) {
      return new Read(AddressListText.EMPTY, null);
    }
    if (reader.faulty() > 0) {
      return new Read(problem(reader), null);
    }
    return new Read("", AddressListCodec.of(reader.ranges()));
  }

  private static String problem(AddressListText reader) {
    StringBuilder text = new StringBuilder();
    for (AddressListText.Fault fault : reader.faults()) {
      text.append(text.isEmpty() ? "" : "; ")
          .append("key ")
          .append(fault.text())
          .append(", line ")
          .append(fault.line())
          .append(": ")
          .append(fault.problem());
    }
    int more = reader.faulty() - reader.faults().size();
    return text + (more > 0 ? "; and " + more + " more lines" : "");
  }
}
