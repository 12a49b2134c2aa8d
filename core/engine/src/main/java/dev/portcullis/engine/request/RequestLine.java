// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

/**
 * What a request asks for.
 *
 * @param method as sent
 * @param target path with query, as sent: not decoded, not normalised by us
 * @param host without port, in any case
 * @param scheme {@code http} or {@code https}
 * @param protocol such as {@code HTTP/1.1} or {@code HTTP/2}
 */
public record RequestLine(
    String method, String target, String host, String scheme, String protocol) {}
