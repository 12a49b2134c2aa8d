// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What Envoys tell when requests end, so that what was charged until then is given back, and so
 * that the engine knows how services fare.
 *
 * <p>{@link dev.portcullis.extauthz.ending.Tickets} writes what is to be given back into the answer
 * to a check, from where Envoy carries it into its access log; {@link
 * dev.portcullis.extauthz.ending.EndingService} reads that log. {@link
 * dev.portcullis.extauthz.ending.Loads} tells the engine of requests that it marked.
 */
@NullMarked
package dev.portcullis.extauthz.ending;

import org.jspecify.annotations.NullMarked;
