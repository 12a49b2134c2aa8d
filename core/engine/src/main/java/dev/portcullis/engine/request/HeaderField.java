// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

/**
 * One header line.
 *
 * @param name in lower case
 */
public record HeaderField(String name, String value) {}
