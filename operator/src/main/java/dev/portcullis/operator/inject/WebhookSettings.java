// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.operator.inject.pod.InjectionSettings;

/**
 * How the admission webhooks are served.
 *
 * @param listen where the API server asks
 * @param injection what pods get
 */
public record WebhookSettings(HostPort listen, InjectionSettings injection) {}
