// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The secrets by which one node proves who it is, and by which it judges others.
 *
 * @param certificate with its key
 * @param roots that others' certificates must chain to
 */
public record Credentials(XdsResource certificate, XdsResource roots) {

  SortedMap<String, XdsResource> over(SortedMap<String, XdsResource> others) {
    SortedMap<String, XdsResource> all = new TreeMap<>(others);
    all.put(certificate.name(), certificate);
    all.put(roots.name(), roots);
    return Collections.unmodifiableSortedMap(all);
  }
}
