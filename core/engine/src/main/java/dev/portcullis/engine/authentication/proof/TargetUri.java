// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.path.AmbiguousPathException;
import dev.portcullis.engine.path.PathReader;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.engine.request.RequestLine;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/*
 * What the client called and what arrives here are not the same text. Envoy has taken the port from
 * the host; TLS may have ended before it, so that an https request arrives as http; and it has
 * normalised the path. So the path is compared as rules read it, the host without its port, and
 * https is always right, while http is right only for a request that came so. No header is read that
 * says what an earlier proxy saw, because clients can write it, too. Where that is not enough, a
 * policy names the origins, and then scheme, host and port must be one of them.
 */
/**
 * The address that a proof is for ({@code htu}), without query and fragment.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case
 * @param port 1 to 65535; the scheme's own where the address names none
 * @param path starts with a slash, as the client wrote it
 */
record TargetUri(String scheme, String host, int port, String path) {
  private static final int MAX_PORT = 65_535;

  /** Reads it; null: it is no address of this kind. */
  static @Nullable TargetUri parse(String text) {
    int colon = text.indexOf("://");
    if (colon < 0) {
      return null;
    }
    String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return null;
    }
    int end = first(text, "?#", colon + 3, text.length());
    int slash = first(text, "/", colon + 3, end);
    String authority = text.substring(colon + 3, slash);
    int host = endOfHost(authority);
    if (host <= 0 || authority.indexOf('@') >= 0) {
      return null;
    }
    int port = port(authority.substring(host), scheme.equals("https") ? 443 : 80);
    return port < 0
        ? null
        : new TargetUri(
            scheme,
            plain(authority.substring(0, host)),
            port,
            slash == end ? "/" : text.substring(slash, end));
  }

  private static int first(String text, String characters, int from, int end) {
    for (int i = from; i < end; i++) {
      if (characters.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return end;
  }

  private static int endOfHost(String authority) {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.indexOf(':', bracket + 1);
    return colon < 0 ? authority.length() : colon;
  }

  /** The port behind a host; -1: it is none. */
  private static int port(String text, int own) {
    if (text.length() <= 1) {
      return own; // RFC 3986 section 3.2.3: it may be empty.
    }
    int port = 0;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || port > MAX_PORT) {
        return -1;
      }
      port = port * 10 + (c - '0');
    }
    return port >= 1 && port <= MAX_PORT ? port : -1;
  }

  /** A host in lower case, without the dot that may end it, which Envoy takes away, too. */
  private static String plain(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /**
   * Whether it is the address of a request.
   *
   * @param origins of which it must be one; empty: the request's own host counts
   */
  boolean names(RequestLine request, List<String> origins) {
    boolean here =
        origins.isEmpty()
            ? host.equals(plain(request.host()))
                && (scheme.equals("https") || request.scheme().equalsIgnoreCase("http"))
            : origins.contains(origin());
    return here && samePath(request.target());
  }

  private String origin() {
    boolean own = port == (scheme.equals("https") ? 443 : 80);
    return scheme + "://" + host + (own ? "" : ":" + port);
  }

  private boolean samePath(String target) {
    try {
      return PathReader.read(path).text().equals(PathReader.read(target).text());
    } catch (AmbiguousPathException | MalformedRequestException _) {
      return false;
    }
  }
}
