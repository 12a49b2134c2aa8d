// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.fleet.Names;

/**
 * The init container that leads the pod's TCP traffic through its sidecar: one command, no shell,
 * one capability, a rule set that the image carries and that depends on nothing.
 */
final class RedirectContainer {
  private RedirectContainer() {}

  static ObjectNode of(InjectionSettings settings) {
    ObjectNode container = JsonNodeFactory.instance.objectNode();
    container.put("name", Names.REDIRECT_CONTAINER).put("image", settings.proxyImage());
    container.putArray("command").add("nft").add("-f").add("/etc/portcullis/redirect.nft");
    container.set("resources", SidecarContainer.resources("10m", "16Mi", "100m", "64Mi"));
    ObjectNode security = container.putObject("securityContext");
    security
        .put("allowPrivilegeEscalation", false)
        .put("readOnlyRootFilesystem", true)
        .put("runAsNonRoot", false)
        .put("runAsUser", 0)
        .put("runAsGroup", 0);
    ObjectNode capabilities = security.putObject("capabilities");
    capabilities.putArray("add").add("NET_ADMIN");
    capabilities.putArray("drop").add("ALL");
    security.putObject("seccompProfile").put("type", "RuntimeDefault");
    return container;
  }
}
