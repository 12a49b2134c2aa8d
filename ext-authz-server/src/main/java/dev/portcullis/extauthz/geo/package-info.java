// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Where addresses belong to, from databases in MaxMind's format.
 *
 * <pre>
 *   GeoFiles ─ looks whether a file was replaced ─▶ GeoDatabase.read (all of it, or nothing)
 *       └─ answers from ─▶ AddressTable (flat arrays; no decoder on the request path)
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz.geo;

import org.jspecify.annotations.NullMarked;
