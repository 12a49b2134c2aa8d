// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import java.util.function.Supplier;
import javax.net.ssl.KeyManager;

/**
 * What the webhook server shows, and whom the API server has to trust for it.
 *
 * @param keys always has the newest certificate; read at every handshake
 * @param roots PEM: all that certificates in use, and the next ones, chain to. A new root is among
 *     them before a certificate of it is shown
 */
public record WebhookIdentity(KeyManager keys, Supplier<String> roots) {}
