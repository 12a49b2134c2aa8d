// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DidYouMean;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Follows the methods that BotPolicies exempt over all of their routes: a name is wrong when no
 * route of its policy has a method of that name.
 */
final class ExemptNames {
  private final Map<PolicyRef, Known> byPolicy = new LinkedHashMap<>();

  private record Known(Speaker speaker, List<String> exempt, SortedSet<String> methods) {}

  void onRoute(Speaker speaker, List<String> exempt, Set<String> methods) {
    byPolicy
        .computeIfAbsent(speaker.ref(), _ -> new Known(speaker, exempt, new TreeSet<>()))
        .methods
        .addAll(methods);
  }

  void report(Remarks remarks) {
    FieldPath list = FieldPath.SPEC.field("exempt");
    byPolicy
        .values()
        .forEach(known -> {
          for (int i = 0; i < known.exempt.size(); i++) {
            String name = known.exempt.get(i);
            if (!known.methods.contains(name)) {
              remarks.warn(
                  known.speaker,
                  DiagnosticCode.EXEMPT_UNKNOWN,
                  list.at(i),
                  "no authentication method of the targets is named " + Quote.of(name),
                  known.methods.isEmpty()
                      ? "remove it, or add the method to the ApiPolicy"
                      : DidYouMean.fix(name, known.methods));
            }
          }
        });
  }
}
