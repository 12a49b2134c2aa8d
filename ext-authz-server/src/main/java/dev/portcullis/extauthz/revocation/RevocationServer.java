// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import com.google.common.net.HostAndPort;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.quota.QuotaDesk;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTPS for those who take credentials back and look after quotas: bodies of at most 64 KiB, and
 * few requests at a time, counted apart for people, replicas and issuers, so that none of them
 * keeps out another. Whoever must bring the token is asked for it before anything is read.
 * Strangers hold few of the connections, each for one request.
 */
public final class RevocationServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationServer.class);
  private static final String REVOCATIONS = "/revocations";
  private static final String REPLICA = "/replica/revocations";
  private static final int MAX_BODY = 64 << 10;
  private static final int MAX_REPLICA_BODY = 1 << 20;
  private static final int AT_A_TIME = 16;

  /**
   * Connections that those without the token may hold at a time, once it is known what they ask.
   */
  private static final int STRANGERS = 32;

  private static final int ID_BYTES = 16;

  private final HttpsServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService reloader =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("revocation-certificate").factory());
  private final TokenFile token;
  private final Replicas replicas;
  private final Semaphore strangers = new Semaphore(STRANGERS);

  /** Answers one request; the body is within its bound. */
  @FunctionalInterface
  private interface Endpoint {
    Answer answer(HttpExchange exchange, byte[] body);
  }

  /** Looks whether a request brings the token; null: it does. */
  @FunctionalInterface
  private interface Gate {
    @Nullable Answer refusal(HttpExchange exchange);
  }

  /** Makes an answer, reading what it needs. */
  @FunctionalInterface
  private interface Reply {
    Answer make() throws IOException;
  }

  private RevocationServer(
      RevocationConfig config,
      RevocationSet set,
      @Nullable StoredRevocations stored,
      LogoutMethods logouts,
      QuotaDesk desk,
      InstantSource clock)
      throws IOException, GeneralSecurityException {
    token = new TokenFile(config.tokenFile());
    // Now, and not when somebody must revoke something in a hurry.
    token.read();
    SSLContext tls = tls(config.certificate(), config.key());
    List<ReplicaClient> clients = clients(config, token);
    http = HttpsServer.create(config.listen(), 16);
    http.setHttpsConfigurator(new HttpsConfigurator(tls));
    http.setExecutor(threads);
    String id = id();
    replicas = new Replicas(id, clients, set, clock);
    Registrar registrar = new Registrar(set, replicas, stored, clock);
    RevocationEndpoint revocations = new RevocationEndpoint(registrar, config.lifetime());
    ReplicaEndpoint replica = new ReplicaEndpoint(id, registrar);
    LogoutEndpoint logout = new LogoutEndpoint(logouts, registrar, config.lifetime());
    serve(
        REVOCATIONS,
        MAX_BODY,
        this::refusal,
        exact(
            REVOCATIONS,
            (exchange, body) ->
                switch (exchange.getRequestMethod()) {
                  case "GET" -> revocations.count();
                  case "POST" -> revocations.revoke(body);
                  case "DELETE" -> revocations.withdraw(exchange.getRequestURI().getRawQuery());
                  default -> notAllowed("GET, POST and DELETE");
                }));
    serve(
        REPLICA,
        MAX_REPLICA_BODY,
        this::refusal,
        exact(
            REPLICA,
            (exchange, body) ->
                switch (exchange.getRequestMethod()) {
                  case "GET" -> replica.changes(exchange.getRequestURI().getRawQuery());
                  case "POST" -> replica.take(body);
                  default -> notAllowed("GET and POST");
                }));
    serve(
        LogoutEndpoint.PATH,
        MAX_BODY,
        null,
        (exchange, body) ->
            exchange.getRequestMethod().equals("POST")
                ? logout.logout(
                    exchange.getRequestURI().getRawPath(),
                    exchange.getRequestHeaders().getFirst("content-type"),
                    body)
                : notAllowed("POST"));
    QuotaEndpoint quotas = new QuotaEndpoint(desk, replicas);
    serve(
        QuotaEndpoint.PATH,
        MAX_BODY,
        this::refusal,
        exact(
            QuotaEndpoint.PATH,
            (exchange, body) ->
                exchange.getRequestMethod().equals("POST")
                    ? quotas.ask(body, peer(exchange))
                    : notAllowed("POST")));
    serve(
        QuotaEndpoint.REPLICA_PATH,
        MAX_BODY,
        this::refusal,
        exact(
            QuotaEndpoint.REPLICA_PATH,
            (exchange, body) ->
                exchange.getRequestMethod().equals("POST")
                    ? quotas.take(body, peer(exchange))
                    : notAllowed("POST")));
    http.start();
  }

  private static String peer(HttpExchange exchange) {
    return exchange.getRemoteAddress().getAddress().getHostAddress();
  }

  /**
   * Listens, and begins to ask the other replicas.
   *
   * @param set filled by whoever may
   * @param stored where revocations are kept besides; null: nowhere
   * @param desk where people ask about quotas
   * @throws IOException when the address is taken, or a file cannot be read
   * @throws GeneralSecurityException when certificate, key or authorities cannot be used
   */
  public static RevocationServer start(
      RevocationConfig config,
      RevocationSet set,
      @Nullable StoredRevocations stored,
      LogoutMethods logouts,
      QuotaDesk desk,
      InstantSource clock)
      throws IOException, GeneralSecurityException {
    return new RevocationServer(config, set, stored, logouts, desk, clock);
  }

  private SSLContext tls(Path certificate, Path key) throws IOException, GeneralSecurityException {
    AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
    var _ =
        own.updateIdentityCredentials(
            certificate.toFile(), key.toFile(), 1, TimeUnit.MINUTES, reloader);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {own}, null, null);
    return context;
  }

  private static List<ReplicaClient> clients(RevocationConfig config, TokenFile token)
      throws IOException, GeneralSecurityException {
    List<ReplicaClient> clients = new ArrayList<>();
    Path authorities = config.authorities();
    for (HostAndPort name : config.replicas()) {
      if (authorities == null) {
        throw new IllegalArgumentException("replicas without who signs their certificates");
      }
      clients.add(new ReplicaClient(name, authorities, token));
    }
    return clients;
  }

  private static String id() {
    byte[] id = new byte[ID_BYTES];
    new SecureRandom().nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * Serves a path.
   *
   * @param gate null: it is for strangers
   */
  private void serve(String path, int maxBody, @Nullable Gate gate, Endpoint endpoint) {
    Semaphore permits = new Semaphore(AT_A_TIME);
    http.createContext(
        path,
        exchange -> {
          if (gate == null) {
            toStranger(exchange, () -> answer(exchange, maxBody, permits, endpoint));
            return;
          }
          // Before anything is read or taken: a stranger must not keep out whoever has the token.
          Answer refusal = gate.refusal(exchange);
          if (refusal != null) {
            toStranger(exchange, () -> refusal);
            return;
          }
          try (exchange) {
            send(exchange, answer(exchange, maxBody, permits, endpoint));
          }
        });
  }

  /** Answers within what is left for strangers, or hangs up without a word. */
  private void toStranger(HttpExchange exchange, Reply reply) throws IOException {
    if (!strangers.tryAcquire()) {
      exchange.close();
      return;
    }
    // Held until the exchange is closed, because that waits for the rest of the body. Closed with
    // it: what is kept for another request would count no more.
    try (exchange) {
      exchange.getResponseHeaders().set("connection", "close");
      send(exchange, reply.make());
    } finally {
      strangers.release();
    }
  }

  private static Answer answer(
      HttpExchange exchange, int maxBody, Semaphore permits, Endpoint endpoint) throws IOException {
    if (!permits.tryAcquire()) {
      return Answer.busy();
    }
    try {
      byte[] body;
      try (InputStream in = exchange.getRequestBody()) {
        body = in.readNBytes(maxBody + 1);
        if (body.length > maxBody) {
          return Answer.problem(
              413, "Content Too Large", "a body has at most " + maxBody + " bytes");
        }
      }
      return endpoint.answer(exchange, body);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a request to the revocation port failed");
      return Answer.problem(500, "Internal Server Error", "this is a defect; see the log");
    } finally {
      permits.release();
    }
  }

  private @Nullable Answer refusal(HttpExchange exchange) {
    try {
      return token.admits(exchange.getRequestHeaders().getFirst("authorization"))
          ? null
          : Answer.unauthorized();
    } catch (IOException e) {
      LOG.atError()
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("the bearer token cannot be read; nobody is let in");
      return Answer.problem(503, "Service Unavailable", "the bearer token cannot be read");
    }
  }

  /** Contexts match by prefix. */
  private static Endpoint exact(String path, Endpoint endpoint) {
    return (exchange, body) ->
        exchange.getRequestURI().getRawPath().equals(path)
            ? endpoint.answer(exchange, body)
            : Answer.problem(404, "Not Found", "there is " + path);
  }

  private static Answer notAllowed(String methods) {
    return Answer.problem(405, "Method Not Allowed", "only " + methods);
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    if (answer.body().length == 0) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.getResponseHeaders().set("content-type", answer.type());
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    exchange.getResponseBody().write(answer.body());
  }

  /**
   * Waits until all that the other replicas know is known here.
   *
   * @return false when some did not say in time
   */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return replicas.awaitCaughtUp(patience);
  }

  /** Other replicas that did not answer when they were last asked. */
  public long unreachable() {
    return replicas.unreachable();
  }

  /** The port that it listens on. */
  public int port() {
    return http.getAddress().getPort();
  }

  @Override
  public void close() {
    replicas.close();
    http.stop(0);
    threads.shutdownNow();
    reloader.shutdownNow();
  }
}
