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

  /** A policy says what it guards. */
  public static final String TARGETED = "has(self.targetRefs) || has(self.namespaceSelector)";

  /** Said when {@link #TARGETED} does not hold. */
  public static final String TARGETED_MESSAGE =
      "targetRefs is required: add what the policy guards (in the installation namespace a"
          + " namespaceSelector may stand alone)";

  /** Namespaces are chosen in one way only. */
  public static final String ONE_CHOICE_OF_NAMESPACES =
      "!has(self.namespaceSelector) || !has(self.targetRefs) || self.targetRefs.all(t, t.kind !="
          + " 'Namespace')";

  /** Said when {@link #ONE_CHOICE_OF_NAMESPACES} does not hold. */
  public static final String ONE_CHOICE_OF_NAMESPACES_MESSAGE =
      "namespaceSelector chooses the namespaces: remove the target of kind Namespace";

  /** Only what is wider than a Service or a workload overrides. */
  public static final String OVERRIDES_FROM_ABOVE =
      "!has(self.inheritance) || self.inheritance == 'Default' || has(self.namespaceSelector) ||"
          + " !has(self.targetRefs) || self.targetRefs.all(t, t.kind == 'Namespace')";

  /** Said when {@link #OVERRIDES_FROM_ABOVE} does not hold. */
  public static final String OVERRIDES_FROM_ABOVE_MESSAGE =
      "inheritance: Override is for targets of kind Namespace and for namespaceSelector: remove it,"
          + " or target the Namespace";
}
