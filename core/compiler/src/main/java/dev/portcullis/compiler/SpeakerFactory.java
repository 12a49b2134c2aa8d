// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.PolicyOutcome.Serving;
import dev.portcullis.compiler.check.CheckedPolicy;
import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.check.Target;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which version of a policy speaks: the current one, the last accepted one, or none. */
final class SpeakerFactory {
  private final RefResolver resolver;
  private final Memo memo;

  SpeakerFactory(RefResolver resolver, Memo memo) {
    this.resolver = resolver;
    this.memo = memo;
  }

  Speaker speaker(PolicySource source) {
    CheckedPolicy current = memo.current(source);
    RefResolver.Resolution resolution = resolve(source, current);
    List<Finding> references = resolution == null ? List.of() : resolution.findings();
    PolicySpec spec = source.spec();
    if (resolution != null && resolution.content() != null && spec != null) {
      return new Speaker(
          source,
          current,
          references,
          Serving.CURRENT,
          current.targets(),
          resolution.content(),
          resolution.material(),
          resolution.lists(),
          new LastAccepted(spec, source.revision()));
    }
    Speaker fallback = fallback(source, current, references);
    return fallback == null ? closed(source, current, references) : fallback;
  }

  private @Nullable Speaker fallback(
      PolicySource source, CheckedPolicy current, List<Finding> references) {
    LastAccepted accepted = source.lastAccepted();
    if (accepted == null) {
      return null;
    }
    CheckedPolicy checked = memo.fallback(source, accepted);
    RefResolver.Resolution resolution = resolve(source, checked);
    return resolution == null || resolution.content() == null
        ? null
        : new Speaker(
            source,
            current,
            references,
            Serving.LAST_ACCEPTED,
            checked.targets(),
            resolution.content(),
            resolution.material(),
            resolution.lists(),
            accepted);
  }

  /** Closes what it claims now and what it claimed before. */
  private Speaker closed(PolicySource source, CheckedPolicy current, List<Finding> references) {
    Set<Target> targets = new LinkedHashSet<>(current.targets());
    LastAccepted accepted = source.lastAccepted();
    if (accepted != null) {
      targets.addAll(memo.fallback(source, accepted).targets());
    }
    return new Speaker(
        source,
        current,
        references,
        Serving.CLOSED,
        List.copyOf(targets),
        null,
        List.of(),
        List.of(),
        null);
  }

  private RefResolver.@Nullable Resolution resolve(PolicySource source, CheckedPolicy checked) {
    Content content = checked.content();
    return content == null
        ? null
        : resolver.resolve(source.ref().namespace(), checked.targets(), content);
  }
}
