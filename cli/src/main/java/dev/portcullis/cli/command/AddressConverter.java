// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.envoy.HostPort;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads where to listen: an address, because a name may stand for several or for another one. */
final class AddressConverter implements ITypeConverter<HostPort> {

  @Override
  public HostPort convert(String text) {
    HostPort listen;
    try {
      listen = HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(text, String.valueOf(e.getMessage()));
    }
    if (!listen.isAddress()) {
      throw wrong(text, listen.host() + " is a name, not an IP address");
    }
    return listen;
  }

  private static TypeConversionException wrong(String text, String why) {
    return new TypeConversionException(
        "\"" + text + "\": " + why + "; write IP:PORT, such as 127.0.0.1:8080");
  }
}
