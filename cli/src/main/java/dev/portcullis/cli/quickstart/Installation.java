// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.Home;
import dev.portcullis.parts.ScratchDirectory;
import java.nio.file.Path;

/**
 * Portcullis' own objects in the cluster: custom resource definitions, its namespace, the
 * operator's permissions, and an identity for each of its programs. Identities are ServiceAccounts;
 * each program proves itself by a token.
 */
public final class Installation {
  /** The installation namespace. */
  public static final String NAMESPACE = "portcullis-system";

  private static final String LIFE = "--duration=24h";
  private final ApiServer apiServer;
  private final ScratchDirectory scratch;

  /** An installation in the given cluster; tokens are written to the scratch directory. */
  public Installation(ApiServer apiServer, ScratchDirectory scratch) {
    this.apiServer = apiServer;
    this.scratch = scratch;
  }

  /** Applies what the chart installs. */
  public void apply() {
    apiServer.applyCrds();
    Path manifests = Home.directory().resolve("charts/portcullis/install");
    apiServer.kubectl("apply", "-f", manifests.toString()).orThrow();
  }

  /** A kubeconfig with which the operator speaks to the API server under its own identity. */
  public Path operatorKubeconfig() {
    String token =
        apiServer.kubectl("create", "token", "operator", "-n", NAMESPACE, LIFE).orThrow().strip();
    return scratch.write("operator.kubeconfig", apiServer.kubeconfigFor(token));
  }

  /** A file with the token by which a program proves itself to the operator. */
  public Path token(String serviceAccount) {
    String token =
        apiServer
            .kubectl(
                "create", "token", serviceAccount, "-n", NAMESPACE, "--audience=portcullis", LIFE)
            .orThrow();
    return scratch.write("tokens/" + serviceAccount, token.strip());
  }

  /** The user name that a ServiceAccount has in the cluster. */
  public static String identity(String serviceAccount) {
    return "system:serviceaccount:" + NAMESPACE + ":" + serviceAccount;
  }
}
