// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.codec.probe.ProbeQuestion;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.cluster.PeerCluster;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one gate: dials the pod itself, proves to be the operator and looks whom it meets, asks,
 * and verifies the answer. Then it tries the way around. Thread-safe.
 */
public final class GateProbe implements Prober.Probe {
  private static final Logger LOG = LoggerFactory.getLogger(GateProbe.class);
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  /** A port that cannot be reached so fast from here is closed, or as good as closed. */
  private static final Duration BYPASS_DEADLINE = Duration.ofSeconds(1);

  private static final int FORBIDDEN = 403;

  private final ProbeKeys keys;
  private final ProbeIdentity identity;
  private final ScheduledExecutorService timer;
  private final Clock clock;
  private final Duration deadline;

  /**
   * @param timer ends what takes too long
   */
  public GateProbe(
      ProbeKeys keys, ProbeIdentity identity, ScheduledExecutorService timer, Clock clock) {
    this(keys, identity, timer, clock, DEADLINE);
  }

  /**
   * @param deadline how long a probe takes at most
   */
  GateProbe(
      ProbeKeys keys,
      ProbeIdentity identity,
      ScheduledExecutorService timer,
      Clock clock,
      Duration deadline) {
    this.deadline = deadline;
    this.keys = keys;
    this.identity = identity;
    this.timer = timer;
    this.clock = clock;
  }

  @Override
  public ProbeOutcome probe(Gate gate) {
    ProbeOutcome outcome = ask(gate);
    return outcome instanceof ProbeOutcome.Held && gate.bypass().isPresent()
        ? around(gate, gate.bypass().getAsInt())
        : outcome;
  }

  private ProbeOutcome ask(Gate gate) {
    try (Socket plain = new Socket()) {
      // Time-outs of reads would start anew with each byte.
      Future<?> end =
          timer.schedule(() -> closeQuietly(plain), deadline.toMillis(), TimeUnit.MILLISECONDS);
      try {
        plain.connect(
            new InetSocketAddress(gate.address(), gate.listen()), (int) deadline.toMillis());
        return gate.mutualTls() ? askBehindTls(gate, plain) : exchange(gate, plain);
      } catch (SSLException e) {
        return refusedTls(e);
      } catch (IOException e) {
        return end.isDone()
            ? new ProbeOutcome.Unreachable("not within " + deadline.toSeconds() + " s")
            : new ProbeOutcome.Unreachable(String.valueOf(e.getMessage()));
      } finally {
        end.cancel(false);
      }
    } catch (IOException e) {
      return new ProbeOutcome.Unreachable(String.valueOf(e.getMessage()));
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("a socket was not closed, and is of no use either");
    }
  }

  private static ProbeOutcome refusedTls(SSLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return new ProbeOutcome.WrongIdentity("its certificate is not of this installation");
      }
    }
    return new ProbeOutcome.NoGate("no mutual TLS: " + failure.getMessage());
  }

  private ProbeOutcome askBehindTls(Gate gate, Socket plain) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            identity
                .context()
                .getSocketFactory()
                .createSocket(plain, gate.address(), gate.listen(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {PeerCluster.ALPN});
      parameters.setEndpointIdentificationAlgorithm(null);
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      Optional<SpiffeId> workload = SpiffeId.in(shown);
      return workload.isPresent() && workload.get().equals(gate.identity())
          ? exchange(gate, socket)
          : new ProbeOutcome.WrongIdentity(
              workload.map(SpiffeId::toString).orElse("a certificate that names no workload")
                  + " instead of "
                  + gate.identity());
    }
  }

  private ProbeOutcome exchange(Gate gate, Socket socket) throws IOException {
    ProbeQuestion question = ProbeQuestion.at(clock.instant());
    List<ProbeKey> asked = keys.keys();
    String host = new HostPort(gate.address(), gate.listen()).toString();
    HttpHead.request(socket.getOutputStream(), host, question.path(asked));
    HttpHead head = HttpHead.read(new BufferedInputStream(socket.getInputStream()));
    Optional<ProbeAnswer> answer =
        ProbeAnswer.in(head.headers().getOrDefault(ProbeAnswer.HEADER, ""), question, asked);
    return answer.isEmpty() || head.status() != FORBIDDEN
        ? new ProbeOutcome.NoGate("status " + head.status())
        : judged(gate, answer.get());
  }

  private ProbeOutcome judged(Gate gate, ProbeAnswer answer) {
    if (!answer.route().equals(gate.route().value())) {
      return new ProbeOutcome.WrongRoute(answer.route());
    }
    if (!answer.planVersion().equals(gate.planVersion())) {
      return new ProbeOutcome.WrongVersion(answer.planVersion());
    }
    if (gate.mutualTls() && !answer.principal().equals(identity.id().toString())) {
      // Somebody took the question and asked it again as somebody else.
      return new ProbeOutcome.WrongIdentity(
          "it takes the operator for "
              + (answer.principal().isEmpty() ? "nobody" : answer.principal()));
    }
    return new ProbeOutcome.Held();
  }

  private static ProbeOutcome around(Gate gate, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(gate.address(), port), (int) BYPASS_DEADLINE.toMillis());
      return new ProbeOutcome.Bypassable(port);
    } catch (IOException e) {
      // Refused, dropped or too slow: closed to us.
      return new ProbeOutcome.Held();
    }
  }
}
