// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * How a server of the protocol of Redis and Valkey is reached: alone, behind Sentinels, or a
 * Cluster. Decision services share it and the command line reads it; what it means that it does not
 * answer is for each of them to say.
 */
@NullMarked
package dev.portcullis.store;

import org.jspecify.annotations.NullMarked;
