// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.operator.inject.pod.InjectionSettings;
import java.util.List;

/**
 * How the admission webhooks are served.
 *
 * @param listen where the API server asks
 * @param revisions what pods get, by the revision of their namespace
 */
public record WebhookSettings(HostPort listen, List<InjectionSettings> revisions) {
  public WebhookSettings {
    revisions = List.copyOf(revisions);
  }
}
