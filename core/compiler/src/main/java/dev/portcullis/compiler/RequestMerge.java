// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Content;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RequestSpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes one demand on a request's form out of two sections, {@code ipAccess} and {@code request},
 * that may come from different policies. Since the plan knows one mode for both, a shadow section
 * gives way to an enforced one.
 */
final class RequestMerge {

  private RequestMerge() {}

  static @Nullable RequestSpec merge(Merge<Content.OfApi> sections) {
    Merge.Chosen<RequestSpec> access = sections.choose("ipAccess", Content.OfApi::ipAccess);
    Merge.Chosen<RequestSpec> form = sections.choose("request", Content.OfApi::request);
    if (access == null || form == null) {
      Merge.Chosen<RequestSpec> only = access == null ? form : access;
      return only == null ? null : only.value();
    }
    if (access.mode() != form.mode()) {
      boolean accessEnforced = access.mode() == Mode.ENFORCE;
      Merge.Chosen<RequestSpec> enforced = accessEnforced ? access : form;
      Merge.Chosen<RequestSpec> shadow = accessEnforced ? form : access;
      String section = accessEnforced ? "request" : "ipAccess";
      sections.lose(shadow.speaker(), enforced.speaker(), section);
      sections.shadowed(
          shadow.speaker(), enforced.speaker(), accessEnforced ? "ipAccess" : "request");
      return enforced.value();
    }
    return new RequestSpec(
        form.value().source(),
        form.mode(),
        access.value().allowAddresses(),
        access.value().denyAddresses(),
        access.value().allowLists(),
        access.value().denyLists(),
        form.value().maxBodyBytes(),
        form.value().contentTypes(),
        form.value().maxHeaderBytes(),
        form.value().maxQueryParameters());
  }
}
