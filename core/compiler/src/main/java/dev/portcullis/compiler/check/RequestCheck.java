// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.AddressListSource;
import dev.portcullis.crds.v1alpha1.apipolicy.Audit;
import dev.portcullis.crds.v1alpha1.apipolicy.ClientAddress;
import dev.portcullis.crds.v1alpha1.apipolicy.ConfigMapRef;
import dev.portcullis.crds.v1alpha1.apipolicy.IpAccess;
import dev.portcullis.crds.v1alpha1.apipolicy.RequestChecks;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks the sections that look at the request's form and origin, and the one on logging. */
final class RequestCheck {

  private RequestCheck() {}

  static @Nullable List<Cidr> trustedProxies(
      @Nullable ClientAddress section, FieldPath path, Scope scope) {
    return section == null
        ? null
        : Values.ranges(section.trustedProxies(), path.field("trustedProxies"), scope);
  }

  static @Nullable RequestSpec ipAccess(@Nullable IpAccess section, FieldPath path, Scope scope) {
    if (section == null) {
      return null;
    }
    if (section.allow().isEmpty()
        && section.deny().isEmpty()
        && section.allowLists().isEmpty()
        && section.denyLists().isEmpty()) {
      scope.report(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "ipAccess needs allow, deny, allowLists or denyLists",
          "add one of them, or leave ipAccess out to admit every address");
    }
    return new RequestSpec(
        scope.policy(),
        scope.mode(),
        Values.ranges(section.allow(), path.field("allow"), scope),
        Values.ranges(section.deny(), path.field("deny"), scope),
        lists(section.allowLists(), path.field("allowLists"), scope),
        lists(section.denyLists(), path.field("denyLists"), scope),
        null,
        List.of(),
        null,
        null);
  }

  /** The lists; the hashes of those in ConfigMaps are found with the ConfigMaps. */
  private static List<AddressListSpec> lists(
      List<AddressListSource> sources, FieldPath path, Scope scope) {
    List<AddressListSpec> out = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      ConfigMapRef ref = sources.get(i).configMapRef();
      String file = sources.get(i).file();
      boolean one =
          Values.exactlyOne(
              "a list",
              path.at(i),
              scope,
              new Values.Choice("configMapRef", ref != null),
              new Values.Choice("file", file != null));
      if (one && ref != null) {
        out.add(
            new AddressListSpec.FromConfigMap(
                scope.policy().namespace(), ref.name(), ref.key(), ""));
      } else if (one && file != null) {
        out.add(new AddressListSpec.FromFile(file));
      }
    }
    Values.unique(out, AddressListSpec::label, "", path, scope);
    return out;
  }

  static @Nullable RequestSpec request(@Nullable RequestChecks section, Scope scope) {
    if (section == null) {
      return null;
    }
    return new RequestSpec(
        scope.policy(),
        scope.mode(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        section.maxBodyBytes(),
        section.contentTypes(),
        section.maxHeaderBytes(),
        section.maxQueryParameters());
  }

  static @Nullable AuditSpec audit(@Nullable Audit section) {
    if (section == null) {
      return null;
    }
    Double sample = section.sample();
    return new AuditSpec(
        sample != null && sample >= 0.0 && sample <= 1.0 ? sample : 0.0,
        section.redactHeaders().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
  }
}
