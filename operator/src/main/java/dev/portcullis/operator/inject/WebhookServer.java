// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.portcullis.operator.admin.TextAnswer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the API server over TLS 1.3. Anybody in the cluster may ask, since API servers show no
 * certificate; nobody learns or changes anything by it, and the work is bounded: {@value #MAX_BODY}
 * bytes a question, {@value #MAX_AT_ONCE} questions at once.
 */
public final class WebhookServer implements AutoCloseable {
  /** The largest object that etcd takes is half of that; an update carries it twice. */
  public static final int MAX_BODY = 3 * 1024 * 1024;

  private static final int MAX_AT_ONCE = 64;
  private static final Logger LOG = LoggerFactory.getLogger(WebhookServer.class);
  private static final String TLS = "TLSv1.3";

  private final HttpsServer server;
  private final Semaphore slots = new Semaphore(MAX_AT_ONCE);
  private final MeterRegistry metrics;

  /**
   * Listens and answers from now on.
   *
   * @param admissions by the path that is asked, such as {@code /inject}
   * @throws IOException when the address is taken or not ours
   */
  public WebhookServer(
      InetSocketAddress address,
      WebhookIdentity identity,
      Map<String, Admission> admissions,
      MeterRegistry metrics)
      throws IOException {
    this.metrics = metrics;
    server = HttpsServer.create(address, MAX_AT_ONCE);
    server.setHttpsConfigurator(configurator(identity));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> refuse(exchange, 404, "not found"));
    admissions.forEach((path, admission) ->
        server.createContext(path, exchange -> admit(exchange, path, admission)));
    server.start();
  }

  private static HttpsConfigurator configurator(WebhookIdentity identity) {
    try {
      SSLContext context = SSLContext.getInstance(TLS);
      context.init(new KeyManager[] {identity.keys()}, null, null);
      return new HttpsConfigurator(context) {
        @Override
        public void configure(HttpsParameters parameters) {
          SSLParameters tls = context.getDefaultSSLParameters();
          tls.setProtocols(new String[] {TLS});
          parameters.setSSLParameters(tls);
        }
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void admit(HttpExchange exchange, String path, Admission admission) throws IOException {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      refuse(exchange, 404, "not found");
    } else if (!exchange.getRequestMethod().equals("POST")) {
      refuse(exchange, 405, "POST an AdmissionReview");
    } else if (!slots.tryAcquire()) {
      count(path, "overloaded");
      refuse(exchange, 503, "too many questions at once");
    } else {
      try {
        answer(exchange, path, admission);
      } finally {
        slots.release();
      }
    }
  }

  private void answer(HttpExchange exchange, String path, Admission admission) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      count(path, "malformed");
      refuse(exchange, 413, "more than " + MAX_BODY + " bytes");
      return;
    }
    long start = System.nanoTime();
    try {
      AdmissionRequest request = AdmissionRequest.parse(body);
      AdmissionAnswer answer = admission.answer(request);
      Timer.builder("portcullis.admission.duration")
          .tag("webhook", path.substring(1))
          .register(metrics)
          .record(Duration.ofNanos(System.nanoTime() - start));
      count(path, answer.result());
      TextAnswer.send(exchange, 200, "application/json", answer.review(request.uid()).toString());
    } catch (MalformedReviewException e) {
      count(path, "malformed");
      refuse(exchange, 400, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      count(path, "failed");
      LOG.atError().setCause(e).addKeyValue("webhook", path).log("a question has no answer");
      String reason = e instanceof AdmissionException ? e.getMessage() : "internal error";
      refuse(exchange, 500, String.valueOf(reason));
    }
  }

  private void count(String path, String result) {
    metrics
        .counter("portcullis.admissions", "webhook", path.substring(1), "result", result)
        .increment();
  }

  private static void refuse(HttpExchange exchange, int status, String text) throws IOException {
    TextAnswer.send(exchange, status, TextAnswer.PLAIN, text + "\n");
  }

  /** Stops to listen; who is being answered has a second. */
  @Override
  public void close() {
    server.stop(1);
  }
}
