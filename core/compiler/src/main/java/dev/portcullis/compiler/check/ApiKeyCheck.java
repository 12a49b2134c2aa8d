// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks an issued key by itself. A key that is not accepted is refused. */
public final class ApiKeyCheck {

  private ApiKeyCheck() {}

  /**
   * What came of a key.
   *
   * @param key null exactly when there is an error among the findings
   */
  public record Result(List<Finding> findings, @Nullable ApiKeyRecord key) {}

  /** Checks one key. */
  public static Result check(KeySource source) {
    Findings findings = new Findings();
    source.findings().forEach(findings::add);
    ApiKeySpec spec = source.spec();
    if (spec == null) {
      findings.add(DiagnosticCode.FIELD_REQUIRED, FieldPath.SPEC, "spec is required", "add spec");
      return new Result(findings.list(), null);
    }
    if (!findings.hasError()) {
      new SpecBounds(findings).check(spec, FieldPath.SPEC);
    }
    if (findings.hasError()) {
      return new Result(findings.list(), null);
    }
    Instant notBefore = time(spec.notBefore(), FieldPath.SPEC.field("notBefore"), findings);
    Instant expires = time(spec.expires(), FieldPath.SPEC.field("expires"), findings);
    if (notBefore != null && expires != null && !notBefore.isBefore(expires)) {
      findings.add(
          DiagnosticCode.OUT_OF_BOUNDS,
          FieldPath.SPEC.field("expires"),
          "the key expires before it becomes valid",
          "write a time after notBefore");
    }
    ApiKeyRecord key =
        new ApiKeyRecord(
            source.ref().namespace(),
            source.ref().name(),
            spec.id(),
            spec.sha256(),
            spec.client(),
            spec.plan(),
            spec.scopes(),
            notBefore,
            expires,
            spec.revoked(),
            source.labels());
    return new Result(findings.list(), findings.hasError() ? null : key);
  }

  private static @Nullable Instant time(@Nullable String text, FieldPath path, Findings findings) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      findings.add(
          DiagnosticCode.BAD_FORMAT,
          path,
          path.step() + " is not a time",
          "write a time such as 2027-02-20T00:00:00Z (RFC 3339)");
      return null;
    }
  }
}
