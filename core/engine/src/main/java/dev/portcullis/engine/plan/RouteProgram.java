// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.plan;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.phase.ClientAddress;
import dev.portcullis.engine.phase.PhaseStep;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.LegacyHeaders;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one route does with requests, compiled. Immutable and thread-safe. */
public sealed interface RouteProgram {

  /** The route's id. */
  String id();

  /**
   * A route that decides.
   *
   * @param labels of what it stands for
   * @param steps in the order of their phases
   * @param geo where clients are
   * @param owner named when nothing more particular let a request pass
   * @param legacyHeaders what clients are told of their limits beside RateLimit; null: no more
   * @param overload who gives way while the service is overloaded; null: nobody
   * @param identityHeaders names that only Portcullis may set towards upstream
   */
  record Guarded(
      String id,
      Map<String, String> labels,
      List<PhaseStep> steps,
      PathIndex index,
      ClientAddress clientAddress,
      GeoSource geo,
      RuleRef owner,
      @Nullable LegacyHeaders legacyHeaders,
      @Nullable OverloadControl overload,
      List<String> identityHeaders,
      AuditSpec audit)
      implements RouteProgram {
    public Guarded {
      labels = Map.copyOf(labels);
      steps = List.copyOf(steps);
      identityHeaders = List.copyOf(identityHeaders);
    }
  }

  /**
   * A route that nothing passes.
   *
   * @param cause for operators
   */
  record Closed(String id, RuleRef owner, String cause) implements RouteProgram {}
}
