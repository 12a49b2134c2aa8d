// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

/** How the traffic of a pod gets into its sidecar. */
public enum Interception {
  /** The pod's network redirects every connection, in and out. */
  REDIRECT,
  /** Services lead to the sidecar, because it took over the names of the container ports. */
  REWRITE
}
