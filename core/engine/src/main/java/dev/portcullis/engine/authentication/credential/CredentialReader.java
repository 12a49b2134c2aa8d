// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.credential;

import dev.portcullis.engine.authentication.credential.Credential.Absent;
import dev.portcullis.engine.authentication.credential.Credential.Ambiguous;
import dev.portcullis.engine.authentication.credential.Credential.Present;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.expression.NamedValues;
import dev.portcullis.policy.plan.CredentialLocation;
import java.util.List;

/**
 * Finds one method's credential in a request.
 *
 * <p>It may stand in several of the method's places, but then it must be the same everywhere. A
 * header, cookie or parameter that comes twice is ambiguous. An empty one counts as absent. A value
 * under another authentication scheme than the method's is not this method's, so it is absent too;
 * the right scheme with anything but one space and one credential after it is ambiguous.
 *
 * <p>A proxy may make one line of two, joined by a comma. So a value under another scheme is
 * ambiguous too when the method's scheme follows a comma in it: what would be refused as two lines
 * is refused as one. Commas between parameters, as in Digest, say nothing.
 */
public final class CredentialReader {
  private final List<CredentialLocation> locations;

  /** Looks at the given places, in order. */
  public CredentialReader(List<CredentialLocation> locations) {
    this.locations = List.copyOf(locations);
  }

  /** Finds the credential. */
  public Credential read(RequestContext request) {
    Credential found = Absent.ABSENT;
    for (int i = 0; i < locations.size(); i++) {
      Credential here = read(request, locations.get(i));
      if (here instanceof Ambiguous) {
        return here;
      }
      if (here instanceof Present) {
        if (found instanceof Present && !found.equals(here)) {
          return new Ambiguous("the request carries two different credentials");
        }
        found = here;
      }
    }
    return found;
  }

  private static Credential read(RequestContext request, CredentialLocation location) {
    NamedValues values =
        switch (location.kind()) {
          case HEADER -> request.headers();
          case COOKIE -> request.cookies();
          case QUERY -> request.query();
        };
    String value = values.first(location.name());
    if (value == null) {
      return Absent.ABSENT;
    }
    if (values.count(location.name()) > 1) {
      return new Ambiguous(where(location) + " comes more than once");
    }
    return value.isEmpty() ? Absent.ABSENT : afterPrefix(value, location);
  }

  private static Credential afterPrefix(String value, CredentialLocation location) {
    String prefix = location.prefix();
    if (prefix.isEmpty()) {
      return checked(value, 0, location);
    }
    int scheme = prefix.endsWith(" ") ? prefix.length() - 1 : prefix.length();
    // RFC 9110 section 11.1: schemes are compared without regard to case; other prefixes too, as
    // telling them apart by case would only invite mistakes.
    if (!value.regionMatches(true, 0, prefix, 0, scheme)) {
      return ofAnotherScheme(value, scheme, location);
    }
    if (scheme == prefix.length()) {
      return checked(value, scheme, location);
    }
    if (value.length() > scheme && isSchemeCharacter(value.charAt(scheme))) {
      return ofAnotherScheme(value, scheme, location);
    }
    if (value.length() <= scheme || value.charAt(scheme) != ' ') {
      return new Ambiguous(where(location) + " has no credential after its scheme and one space");
    }
    return checked(value, prefix.length(), location);
  }

  private static Credential ofAnotherScheme(String value, int scheme, CredentialLocation location) {
    for (int comma = value.indexOf(','); comma >= 0; comma = value.indexOf(',', comma + 1)) {
      int start = comma + 1;
      while (start < value.length() && isSpace(value.charAt(start))) {
        start++;
      }
      if (value.regionMatches(true, start, location.prefix(), 0, scheme)
          && (scheme == location.prefix().length() || isSchemesEnd(value, start + scheme))) {
        return new Ambiguous(where(location) + " has credentials of two schemes");
      }
    }
    return Absent.ABSENT;
  }

  /** A parameter may have the name of a scheme: {@code bearer=x}. */
  private static boolean isSchemesEnd(String value, int end) {
    return end == value.length()
        || (value.charAt(end) != '=' && !isSchemeCharacter(value.charAt(end)));
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  /** RFC 9110 section 5.6.2, as far as names of schemes go. */
  private static boolean isSchemeCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  /**
   * Searches are vectorised, a loop over a long token is not: it would cost as much as its hash.
   */
  private static Credential checked(String value, int from, CredentialLocation location) {
    if (value.indexOf(' ', from) >= 0
        || value.indexOf(',', from) >= 0
        || value.indexOf('\t', from) >= 0) {
      return new Ambiguous(where(location) + " has more than one credential, or none");
    }
    return from == value.length()
        ? new Ambiguous(where(location) + " has no credential after its prefix")
        : new Present(value.substring(from));
  }

  private static String where(CredentialLocation location) {
    return switch (location.kind()) {
      case HEADER -> "header " + location.name();
      case COOKIE -> "cookie " + location.name();
      case QUERY -> "query parameter " + location.name();
    };
  }
}
