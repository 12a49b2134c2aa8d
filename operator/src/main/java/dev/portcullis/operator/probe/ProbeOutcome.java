// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

/** What came of one probe. */
public sealed interface ProbeOutcome {

  /** One word for metrics, of a fixed set. */
  String result();

  /** For people: what follows the name of the gate. */
  String words();

  /**
   * The gate asked about the right route, it is decided by the right plan, and there is no way
   * around.
   */
  record Held() implements ProbeOutcome {
    @Override
    public String result() {
      return "held";
    }

    @Override
    public String words() {
      return "holds";
    }
  }

  /** The gate asked about another route. */
  record WrongRoute(String route) implements ProbeOutcome {
    @Override
    public String result() {
      return "wrong_route";
    }

    @Override
    public String words() {
      return "asks about the route " + route;
    }
  }

  /** Another plan decides. */
  record WrongVersion(String version) implements ProbeOutcome {
    @Override
    public String result() {
      return "wrong_version";
    }

    @Override
    public String words() {
      return version.isEmpty()
          ? "asks about a route that its decision service does not know"
          : "is decided by plan " + version.substring(0, Math.min(12, version.length()));
    }
  }

  /** Somebody answered who cannot sign: the application, or another proxy. */
  record NoGate(String how) implements ProbeOutcome {
    @Override
    public String result() {
      return "no_gate";
    }

    @Override
    public String words() {
      return "was answered by something else than its gate (" + how + ")";
    }
  }

  /** Nobody answered. */
  record Unreachable(String why) implements ProbeOutcome {
    @Override
    public String result() {
      return "unreachable";
    }

    @Override
    public String words() {
      return "does not answer (" + why + ")";
    }
  }

  /** One of the two ends is not whom the other expects. */
  record WrongIdentity(String how) implements ProbeOutcome {
    @Override
    public String result() {
      return "wrong_identity";
    }

    @Override
    public String words() {
      return "has the wrong identity (" + how + ")";
    }
  }

  /** The gate holds, and the application can be reached without it. */
  record Bypassable(int port) implements ProbeOutcome {
    @Override
    public String result() {
      return "bypassable";
    }

    @Override
    public String words() {
      return "can be reached on port " + port + " without it";
    }
  }
}
