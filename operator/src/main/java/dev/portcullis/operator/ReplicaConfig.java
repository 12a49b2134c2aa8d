// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.operator.leader.LeaseTimes;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one of several operators works with the others.
 *
 * @param name of this operator, which no other has, such as its pod's: a DNS name
 * @param lease by which they agree who writes
 * @param peers the labels of the pods of all operators, this one's among them; null: others serve
 *     no nodes that this one should know of
 * @param token a file with the token that this operator shows the others
 */
public record ReplicaConfig(String name, LeaseTimes lease, @Nullable String peers, Path token) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

  public ReplicaConfig {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a replica: " + name);
    }
  }
}
