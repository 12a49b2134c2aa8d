// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.StoreAccess;
import dev.portcullis.store.ValkeyAddress;
import dev.portcullis.store.key.HeldFields;
import dev.portcullis.store.key.KeyReader;
import dev.portcullis.store.key.KeyRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How commands reach the store of decision services, from which they only read. */
final class StoreOptions {
  @Option(
      names = "--valkey",
      required = true,
      paramLabel = "URL",
      converter = Address.class,
      description =
          "The keys of the store of decision services, as their --valkey: valkey://HOST:PORT,"
              + " valkey+sentinel://HOST:PORT,HOST:PORT/PRIMARY or"
              + " valkey+cluster://HOST:PORT,HOST:PORT; valkeys… is over TLS.")
  private ValkeyAddress address;

  @Option(
      names = "--valkey-user",
      paramLabel = "NAME",
      description = "User of --valkey. Default: the server's default user.")
  private @Nullable String user;

  @Option(
      names = "--valkey-password-file",
      paramLabel = "FILE",
      description = "File with the password of --valkey.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--valkey-ca",
      paramLabel = "FILE",
      description =
          "PEM file of the authority that vouches for --valkey. Default: whom Java trusts.")
  private @Nullable Path authorities;

  /** Reads an address; quotes nothing of what is none, which may hold a password. */
  static final class Address implements ITypeConverter<ValkeyAddress> {
    @Override
    public ValkeyAddress convert(String text) {
      try {
        return ValkeyAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("the address " + e.getMessage());
      }
    }
  }

  /** One key; empty: there is none. */
  Optional<HeldFields> find(String namespace, String id) {
    try (KeyReader reader = open()) {
      return reader.find(namespace, id);
    } catch (IOException e) {
      throw away(e);
    }
  }

  /**
   * The key to go on from.
   *
   * @throws CommandException when there is none, or it could let nobody in
   */
  ApiKeyRecord one(String namespace, String id) {
    HeldFields held =
        find(namespace, id)
            .orElseThrow(() ->
                CommandException.user(
                    "the store has no key "
                        + KeyRecords.name(namespace, id)
                        + ": see apikey list --valkey for ids"));
    try {
      return KeyRecords.read(namespace, id, held.fields());
    } catch (IllegalArgumentException e) {
      throw CommandException.user(
          KeyRecords.place(namespace, id) + " of the store is no key: " + e.getMessage());
    }
  }

  /** As {@link KeyReader#list}. */
  List<HeldFields> list(@Nullable String namespace, Predicate<HeldFields> wanted, int most) {
    try (KeyReader reader = open()) {
      return reader.list(namespace, wanted, most);
    } catch (IOException e) {
      throw away(e);
    }
  }

  private KeyReader open() throws IOException {
    if (user != null && passwordFile == null) {
      throw CommandException.user("--valkey-user needs --valkey-password-file");
    }
    if (authorities != null && !address.tls()) {
      throw CommandException.user(
          "--valkey-ca means nothing without TLS: begin --valkey with valkeys");
    }
    readable("--valkey-password-file", passwordFile);
    readable("--valkey-ca", authorities);
    return KeyReader.open(new StoreAccess(address, user, passwordFile, authorities));
  }

  private static void readable(String option, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw CommandException.user(option + ": cannot read the file " + file);
    }
  }

  private CommandException away(IOException e) {
    return CommandException.environment(
        "--valkey: "
            + address
            + " does not tell: "
            + e.getMessage()
            + "; check the address, --valkey-user, --valkey-password-file and --valkey-ca");
  }
}
