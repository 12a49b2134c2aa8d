// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * Secret material by reference. Where it came from is told to people; the hash finds it and changes
 * with it.
 *
 * @param hash SHA-256 of the material, 64 lower-case hexadecimal digits
 */
public record SecretRef(String namespace, String name, String key, String hash) {}
