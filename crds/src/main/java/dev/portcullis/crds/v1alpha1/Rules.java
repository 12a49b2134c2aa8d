// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

/** CEL rules of the schema that several fields share, with the messages users see. */
public final class Rules {
  private Rules() {}

  /** Every item of a list is an IP address, or a range without bits beyond its prefix. */
  public static final String ADDRESSES =
      "self.all(a, isIP(a) || (isCIDR(a) && cidr(a) == cidr(a).masked()))";

  /** Said when {@link #ADDRESSES} does not hold. */
  public static final String ADDRESSES_MESSAGE =
      "each must be an IP address or a CIDR range without bits beyond its prefix, such as"
          + " 10.0.0.0/8";

  /** The {@code name}s of a list's items differ. */
  public static final String UNIQUE_NAMES = "self.all(a, self.exists_one(b, b.name == a.name))";

  /** The {@code targetRefs} differ. */
  public static final String UNIQUE_TARGETS =
      "self.all(a, self.exists_one(b, b.kind == a.kind && b.name == a.name && (has(b.sectionName) ?"
          + " b.sectionName : '') == (has(a.sectionName) ? a.sectionName : '')))";

  /** Said when {@link #UNIQUE_TARGETS} does not hold. */
  public static final String UNIQUE_TARGETS_MESSAGE =
      "targetRefs must differ: remove the one that is listed twice";
}
