// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

/**
 * Who a client is, by the API server's word.
 *
 * @param username such as {@code system:serviceaccount:shop:gateway}
 */
public record Identity(String username) {}
