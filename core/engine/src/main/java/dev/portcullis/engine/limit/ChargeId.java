// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.request.Peer;
import dev.portcullis.policy.decision.Phase;

/**
 * Names one charge of one request, so that a request that Envoy asks about twice is charged once.
 *
 * @param request Envoy's id of the request
 * @param peer whose connection it came on: should an id ever be repeated by somebody else, that one
 *     is charged
 * @param target what it asks for, likewise
 * @param phase the phase that charges
 * @param shadow whether this charges limits in shadow mode, which are counted apart
 */
public record ChargeId(String request, Peer peer, String target, Phase phase, boolean shadow) {}
