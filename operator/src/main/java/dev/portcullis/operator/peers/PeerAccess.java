// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How this operator shows other operators who it is, and knows them.
 *
 * @param replica its name
 * @param roots that their certificates must chain to now, PEM
 * @param server a name in their certificates, whatever the address
 * @param token a file with this operator's token, which is read for each connection
 */
public record PeerAccess(String replica, Supplier<String> roots, String server, Path token) {}
