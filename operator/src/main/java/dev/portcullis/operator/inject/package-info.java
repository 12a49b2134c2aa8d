// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The admission webhooks: pods of enrolled namespaces get a sidecar at {@code /inject}, policies
 * are compiled before they are stored at {@code /validate}.
 *
 * <pre>
 *   API server ──HTTPS──▶ WebhookServer ─▶ AdmissionRequest ─▶ PodAdmission ─▶ pod.PodInjector
 *                                                           └▶ PolicyAdmission ─▶ PolicyCompiler
 *   CaBundles ──▶ caBundle of the webhook configurations (the leader)
 * </pre>
 *
 * Every operator answers, whether it leads or not, from what it has in memory; only the annotations
 * of a pod's namespace are asked for. What cannot be answered is an error, and the webhook
 * configuration decides: pods of enrolled namespaces are refused.
 */
@NullMarked
package dev.portcullis.operator.inject;

import org.jspecify.annotations.NullMarked;
