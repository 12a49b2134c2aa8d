// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes credentials back before they expire, on every decision service. */
@Command(
    name = "revoke",
    description = "Take tokens, sessions, subjects and API keys back before they expire.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis revoke token 2f6a91 --issuer https://idp.example.com/ --server"
          + " https://127.0.0.1:9003 --token-file token",
      "  portcullis revoke subject ann --issuer https://idp.example.com/ --reason left",
      "  portcullis revoke key 7Q2MX0V3 -n shop --undo"
    },
    subcommands = {
      RevokeCommand.OfToken.class,
      RevokeCommand.OfSession.class,
      RevokeCommand.OfSubject.class,
      RevokeCommand.OfKey.class
    })
public final class RevokeCommand implements Runnable {
  private static final String EXITS =
      "Exit code 0: done. 1: the port refuses. 3: it cannot be reached.";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Say what to revoke: token, session, subject or key");
  }

  /** One token. */
  @Command(
      name = "token",
      description = {"Revoke one token, by its claim jti.", EXITS},
      footerHeading = "%nExamples:%n",
      footer = "  portcullis revoke token 2f6a91 --issuer https://idp.example.com/ --expires 12h")
  static final class OfToken implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "JTI", description = "The token's claim jti.")
    private String id;

    @Option(names = "--issuer", paramLabel = "ISSUER", required = true, description = "Its iss.")
    private String issuer;

    @Mixin private RevocationPort port;

    @Override
    public void run() {
      port.send("the token", Map.of("issuer", issuer, "jti", id), spec);
    }
  }

  /** All tokens of a session. */
  @Command(
      name = "session",
      description = {"Revoke all tokens of a session, by their claim sid.", EXITS},
      footerHeading = "%nExamples:%n",
      footer = "  portcullis revoke session 08a5019c --issuer https://idp.example.com/")
  static final class OfSession implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SID", description = "The tokens' claim sid.")
    private String id;

    @Option(names = "--issuer", paramLabel = "ISSUER", required = true, description = "Their iss.")
    private String issuer;

    @Mixin private RevocationPort port;

    @Override
    public void run() {
      port.send("the session", Map.of("issuer", issuer, "sid", id), spec);
    }
  }

  /** The tokens of a subject up to a time. */
  @Command(
      name = "subject",
      description = {
        "Revoke the tokens of a subject that were issued until now. Later ones hold: the issuer"
            + " must refuse to log the subject in.",
        EXITS
      },
      footerHeading = "%nExamples:%n",
      footer =
          "  portcullis revoke subject ann --issuer https://idp.example.com/ --reason 'lost"
              + " laptop'")
  static final class OfSubject implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SUBJECT", description = "The tokens' claim sub.")
    private String subject;

    @Option(names = "--issuer", paramLabel = "ISSUER", required = true, description = "Their iss.")
    private String issuer;

    @Option(
        names = "--issued-before",
        paramLabel = "TIME",
        description = "Only tokens that were issued before this RFC 3339 time. Default: now.")
    private @Nullable String issuedBefore;

    @Mixin private RevocationPort port;

    @Override
    public void run() {
      Map<String, String> members = new LinkedHashMap<>();
      members.put("issuer", issuer);
      members.put("subject", subject);
      if (issuedBefore != null) {
        members.put("issuedBefore", issuedBefore);
      }
      port.send("the subject", members, spec);
    }
  }

  /** An issued key. */
  @Command(
      name = "key",
      description = {
        "Revoke an API key at once, by its id. It holds again when the revocation ends: delete or"
            + " change its ApiKey too.",
        EXITS
      },
      footerHeading = "%nExamples:%n",
      footer = "  portcullis revoke key 7Q2MX0V3 -n shop")
  static final class OfKey implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The id: the key's second part, and spec.id.")
    private String id;

    @Option(
        names = {"-n", "--namespace"},
        paramLabel = "NAMESPACE",
        required = true,
        description = "Namespace of its ApiKey.")
    private String namespace;

    @Mixin private RevocationPort port;

    @Override
    public void run() {
      port.send("the key", Map.of("namespace", namespace, "keyId", id), spec);
    }
  }
}
