// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.request.RequestContext;

/**
 * What Envoy asks.
 *
 * @param route id that Envoy's configuration put beside the request; empty when it put none
 * @param request that a client sent
 */
public record IncomingCheck(String route, RequestContext request) {}
