// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

/** Shapes of names, as regular expressions (RE2) for the schema. */
public final class Names {
  private Names() {}

  /** A DNS label (RFC 1123), lower case. */
  public static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** A DNS subdomain (RFC 1123), lower case. */
  public static final String DNS_SUBDOMAIN =
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

  /** The value of a label. */
  public static final String LABEL_VALUE = "^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$";

  /** A header name without underscores, which Envoy refuses. */
  public static final String HEADER = "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$";

  /** An HTTP method as it is sent; methods are case-sensitive (RFC 9110 section 9.1). */
  public static final String METHOD = "^[A-Z]+(-[A-Z]+)*$";

  /** A web origin (RFC 6454), with a star for the names below one, or a star for all. */
  public static final String ORIGIN =
      "^(\\*|null|[a-z][a-z0-9+.-]*://((\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?"
          + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*|\\[[0-9a-f:.]{2,45}\\])(:[1-9][0-9]{0,4})?)$";

  /** The two letters of a country, as ISO 3166-1 writes them. */
  public static final String COUNTRY = "^[A-Z]{2}$";

  /** The origin of an address that is called over HTTP. */
  public static final String HTTP_ORIGIN =
      "^https?://([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
          + "|\\[[0-9a-f:.]{2,45}\\])(:[1-9][0-9]{0,4})?$";

  /** An OAuth scope (RFC 6749 section 3.3). */
  public static final String SCOPE = "^[!#-\\[\\]-~]+$";

  /** The name of a plan, as ApiKeys and limits refer to it. */
  public static final String PLAN = "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$";

  /** A media type without parameters, lower case. */
  public static final String MEDIA_TYPE = "^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$";

  /** Whole milliseconds or seconds. */
  public static final String SHORT_DURATION = "^[0-9]{1,5}(ms|s)$";

  /** Whole seconds, minutes or hours. */
  public static final String DURATION = "^[0-9]{1,5}[smh]$";

  /** A point in time (RFC 3339). */
  public static final String TIME =
      "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
          + "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?"
          + "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
}
