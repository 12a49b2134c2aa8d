// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.sidecar;

/** The labels and annotations by which pods and namespaces speak of sidecars. */
public final class PodLabels {
  /** On a pod, by the webhook: that it has a sidecar, and how traffic gets into it. */
  public static final String SIDECAR = "portcullis.dev/sidecar";

  /** On a namespace: {@code enabled} enrols it; on a pod, {@code disabled} keeps it out. */
  public static final String INJECT = "portcullis.dev/inject";

  /** On a namespace: enrols it with one revision; on a pod, by the webhook: which it was. */
  public static final String REVISION = "portcullis.dev/revision";

  /** On a pod, by the webhook: which ports were moved to where, as JSON. */
  public static final String PORTS = "portcullis.dev/ports";

  private PodLabels() {}
}
