// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotSignal;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.PathMatches;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.engine.path.RequestPath;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.request.EpochNanos;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.expression.UnreadableVariableException;
import dev.portcullis.expression.Variable;
import dev.portcullis.expression.VariableSource;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.LegacyHeaders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of one request so far. Used by one thread at a time, for one decision. */
public final class Evaluation implements VariableSource {
  /** What a customer of a provider commonly gets: whoever has one has all addresses of it. */
  private static final int IPV6_CUSTOMER = 48;

  private final String route;
  private final Map<String, String> labels;
  private final RequestContext request;
  private final IpAddress client;
  private final GeoSource geo;
  private final PathIndex index;
  private @Nullable Trace trace;
  private Patience patience;
  private @Nullable RequestPath path;
  private @Nullable PathMatches matches;
  private @Nullable BotScore score;
  private @Nullable Identity identity;
  private long validUntil = Identity.NO_END;
  private @Nullable List<ShadowFinding> shadow;
  private @Nullable List<String> notes;
  private @Nullable List<HeaderField> upstream;
  private @Nullable LimitReport limits;
  private @Nullable QuotaInquiry quotaInquiry;
  private @Nullable Delay delay;
  private @Nullable List<Reservation> reservations;
  private @Nullable List<QuotaMark> quotaMarks;
  private @Nullable OverloadControl overload;
  private int priority;

  /**
   * Starts from the facts.
   *
   * @param labels of what the route stands for
   * @param client the client's address behind trusted proxies
   * @param geo where it is
   * @param patience how long a step may keep the thread
   * @param trace notes what steps look at; null: nobody asked
   */
  public Evaluation(
      String route,
      Map<String, String> labels,
      RequestContext request,
      IpAddress client,
      GeoSource geo,
      PathIndex index,
      Patience patience,
      @Nullable Trace trace) {
    this.route = route;
    this.labels = labels;
    this.request = request;
    this.client = client;
    this.geo = geo;
    this.index = index;
    this.patience = patience;
    this.trace = trace;
  }

  /** Notes what steps look at; null: nobody asked. */
  public @Nullable Trace trace() {
    return trace;
  }

  /** Notes, if anybody asked, that the step at work reads a variable. */
  void reads(Variable input) {
    if (trace != null) {
      trace.read(input);
    }
  }

  /** Notes, if anybody asked, that the step at work reads variables. */
  void reads(List<Variable> inputs) {
    if (trace != null) {
      inputs.forEach(trace::read);
    }
  }

  /** How long a step may keep the thread that it runs on. */
  public Patience patience() {
    return patience;
  }

  /** The evaluation goes on where steps may keep the thread this long. */
  public void patience(Patience now) {
    patience = now;
  }

  /** The request as Envoy described it. */
  public RequestContext request() {
    return request;
  }

  /** The client's address behind trusted proxies. */
  public IpAddress client() {
    return client;
  }

  /** When the request was received, in nanoseconds since 1970. */
  long now() {
    return EpochNanos.of(request.receivedAt());
  }

  /** Hygiene has read the path. */
  void path(RequestPath read) {
    path = read;
  }

  private RequestPath path() {
    if (path == null) {
      throw new IllegalStateException("hygiene has not read the path");
    }
    return path;
  }

  /** Which patterns the path matches; found once, when first asked for. */
  PathMatches matches() {
    PathMatches found = matches;
    if (found == null) {
      found = index.match(path());
      matches = found;
    }
    return found;
  }

  /** Whether a matcher means the request. */
  boolean fits(RequestMatcher matcher) {
    if (trace != null) {
      trace.read(Variable.REQUEST_METHOD);
      trace.read(Variable.REQUEST_PATH);
    }
    return matcher.matches(request.method(), matches());
  }

  /** Who calls; null: nobody identified. */
  public @Nullable Identity identity() {
    return identity;
  }

  void identity(Identity found) {
    identity = found;
  }

  /** When the credential ends without which the request would not pass, in seconds since 1970. */
  public long validUntil() {
    return validUntil;
  }

  void validUntil(long epochSecond) {
    validUntil = epochSecond;
  }

  /** How automated the request looks; null: not scored. */
  public @Nullable BotScore score() {
    return score;
  }

  void score(BotScore found) {
    score = found;
  }

  /** Records what something in shadow mode would have done; null: it would have allowed. */
  void shadow(RuleRef by, @Nullable DenyReason wouldDeny) {
    if (shadow == null) {
      shadow = new ArrayList<>(2);
    }
    shadow.add(new ShadowFinding(by, wouldDeny));
  }

  /** What things in shadow mode would have done. */
  public List<ShadowFinding> shadow() {
    return shadow == null ? List.of() : List.copyOf(shadow);
  }

  /** Records what went wrong without deciding. */
  void note(String note) {
    if (notes == null) {
      notes = new ArrayList<>(2);
    }
    notes.add(note);
  }

  /** What went wrong without deciding. */
  public List<String> notes() {
    return notes == null ? List.of() : List.copyOf(notes);
  }

  /** What steps have recorded on their way, beside what they said. */
  public record Findings(
      @Nullable List<ShadowFinding> shadow, @Nullable List<String> notes, @Nullable Trace trace) {}

  /** Takes away what was recorded, so that what is recorded next stands alone. */
  public Findings setAside() {
    Findings before = new Findings(shadow, notes, trace);
    shadow = null;
    notes = null;
    trace = trace == null ? null : new Trace(trace);
    return before;
  }

  /** Takes away what was recorded since, and puts back what was set aside before. */
  public Findings putBack(Findings before) {
    Findings since = new Findings(shadow, notes, trace);
    shadow = before.shadow;
    notes = before.notes;
    trace = before.trace;
    return since;
  }

  /** Records what steps had recorded that were run ahead. */
  public void add(Findings ahead) {
    if (trace != null && ahead.trace != null) {
      trace.add(ahead.trace);
    }
    shadow = joined(shadow, ahead.shadow);
    notes = joined(notes, ahead.notes);
  }

  private static <T> @Nullable List<T> joined(@Nullable List<T> first, @Nullable List<T> then) {
    if (first == null || then == null) {
      return first == null ? then : first;
    }
    first.addAll(then);
    return first;
  }

  void upstream(HeaderField header) {
    if (upstream == null) {
      upstream = new ArrayList<>(4);
    }
    upstream.add(header);
  }

  /** Headers for upstream beside the identity's. */
  public List<HeaderField> upstream() {
    return upstream == null ? List.of() : upstream;
  }

  /** How the limits stand that count this request. */
  LimitReport limits() {
    if (limits == null) {
      limits = new LimitReport();
    }
    return limits;
  }

  /** The request has to be held for so many nanoseconds; the longest of all delays counts. */
  void delay(RuleRef by, long nanos) {
    Delay asked = Delay.of(by, nanos);
    if (delay == null || asked.millis() > delay.millis()) {
      delay = asked;
    }
  }

  /** For how long the request is held; null: it is not. */
  public @Nullable Delay delay() {
    return delay;
  }

  /** A charge was made that waits for the end of the request. */
  void reserve(Reservation charge) {
    if (reservations == null) {
      reservations = new ArrayList<>(2);
    }
    reservations.add(charge);
  }

  /** Charges that wait for the end of the request. */
  public List<Reservation> reservations() {
    return reservations == null ? List.of() : List.copyOf(reservations);
  }

  /** A charge took a quota past a mark. */
  void mark(QuotaMark passed) {
    if (quotaMarks == null) {
      quotaMarks = new ArrayList<>(1);
    }
    quotaMarks.add(passed);
  }

  /** Marks of quotas that charges for the request have passed. */
  public List<QuotaMark> quotaMarks() {
    return quotaMarks == null ? List.of() : List.copyOf(quotaMarks);
  }

  /** The request did not give way, as one of a class. */
  void admitted(OverloadControl by, int as) {
    overload = by;
    priority = as;
  }

  /**
   * The request is allowed: as what Envoy is to tell how it fares; null: nobody asks. What is
   * refused after it did not give way must not be counted among those that the service has.
   */
  public @Nullable LoadMark send() {
    OverloadControl control = overload;
    return control != null && control.send(priority) ? control.mark(priority, whose()) : null;
  }

  /**
   * The same for all requests of a client: a client with all its keys, or one user of an
   * application, else an address.
   */
  long whose() {
    Identity caller = identity;
    String name = "";
    String user = "";
    if (caller != null) {
      name = caller.client() == null ? "" : caller.client();
      // Only what is read from a token has claims.
      boolean key = !name.isEmpty() && caller.claims().isEmpty();
      user = key ? "" : caller.subject();
    }
    if (!name.isEmpty() || !user.isEmpty()) {
      return name.hashCode() * 31L + user.hashCode();
    }
    IpAddress site = client.isIpv4() ? client : client.masked(IPV6_CUSTOMER);
    return site.high() * 31 + site.low();
  }

  /** The question of a step to the store that replicas share; null: it asked none. */
  @Nullable QuotaInquiry quotaInquiry(SharedLimitStep asker) {
    return quotaInquiry == null ? null : quotaInquiry.of(asker);
  }

  /** The latest question to the store that replicas share. */
  void quotaInquiry(QuotaInquiry latest) {
    quotaInquiry = latest;
  }

  /**
   * Headers that tell the client how its limits stand.
   *
   * @param legacy beside RateLimit; null: no more
   */
  public List<HeaderField> limitHeaders(@Nullable LegacyHeaders legacy) {
    return limits == null ? List.of() : limits.headers(legacy);
  }

  @Override
  public Object read(Variable variable) {
    if (trace != null) {
      trace.read(variable);
    }
    return switch (variable) {
      case REQUEST_METHOD -> request.method();
      case REQUEST_PATH -> path().text();
      case REQUEST_HOST -> request.line().host().toLowerCase(Locale.ROOT);
      case REQUEST_SCHEME -> request.line().scheme();
      case REQUEST_PROTOCOL -> request.line().protocol();
      case REQUEST_HEADERS, REQUEST_HEADERS_ALL -> request.headers();
      case REQUEST_QUERY, REQUEST_QUERY_ALL -> request.query();
      case REQUEST_COOKIES -> request.cookies();
      case REQUEST_TIME -> request.receivedAt();
      case REQUEST_ID -> request.id();
      case SOURCE_ADDRESS -> client.toString();
      case SOURCE_PORT -> (long) request.peer().port();
      case SOURCE_PRINCIPAL -> principal(request.peer().principal());
      case SOURCE_COUNTRY -> known(geo.country(client), variable);
      case SOURCE_ASN -> known(geo.autonomousSystem(client), variable);
      case TLS_JA4 -> orEmpty(request.ja4());
      case TLS_VERSION -> orEmpty(request.tlsVersion());
      case TLS_SNI -> orEmpty(request.tlsServerName());
      case AUTH_AUTHENTICATED -> identity != null && identity.authenticated();
      case AUTH_METHOD -> identity == null ? "" : identity.method();
      case AUTH_SUBJECT -> identity == null ? "" : identity.subject();
      case AUTH_ISSUER -> identity == null ? "" : orEmpty(identity.issuer());
      case AUTH_SCOPES -> identity == null ? List.of() : identity.scopes();
      case AUTH_CLAIMS -> identity == null ? Map.of() : identity.claims();
      case AUTH_CLIENT -> identity == null ? "" : orEmpty(identity.client());
      case AUTH_PLAN -> identity == null ? "" : orEmpty(identity.plan());
      case AUTH_ACR -> event().contextClass();
      case AUTH_AMR -> event().methods();
      case AUTH_TIME -> event().time();
      case BOT_SCORE -> (long) scored(variable).value();
      case BOT_SIGNALS -> points(scored(variable));
      case ROUTE_NAME -> route;
      case ROUTE_LABELS -> labels;
    };
  }

  private static Object known(@Nullable Object value, Variable variable) {
    if (value == null) {
      throw new UnreadableVariableException(variable.celName() + ": there is no database of it");
    }
    return value;
  }

  private AuthenticationEvent event() {
    return new AuthenticationEvent(identity == null ? Map.of() : identity.claims());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String principal(@Nullable Principal principal) {
    return principal == null ? "" : principal.value();
  }

  private BotScore scored(Variable variable) {
    if (score == null) {
      throw new UnreadableVariableException(variable.celName() + ": the request was not scored");
    }
    return score;
  }

  private static Map<String, Long> points(BotScore score) {
    Map<String, Long> points = new HashMap<>();
    for (BotSignal signal : score.signals()) {
      points.merge(signal.name(), (long) signal.points(), Long::sum);
    }
    return points;
  }
}
