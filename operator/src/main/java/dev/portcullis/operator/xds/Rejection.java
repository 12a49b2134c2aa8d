// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

/**
 * A version of a resource that a client refused. It is not sent again until the resource changes.
 *
 * @param message the client's own words, at most 1 024 characters
 */
public record Rejection(String version, String message) {
  private static final int MAX_MESSAGE = 1024;

  public Rejection {
    message =
        message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
