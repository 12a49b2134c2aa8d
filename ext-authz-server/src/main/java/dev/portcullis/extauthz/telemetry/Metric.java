// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

/**
 * Every metric of this process, but for those of the JVM. The reference page is made from these
 * constants.
 */
public enum Metric {
  DECISIONS(
      "portcullis_decisions_total",
      Type.COUNTER,
      "outcome, reason",
      "Decisions; the reason is NONE for an allowed request, else the reason in the problem"
          + " document."),
  ROUTE_DECISIONS(
      "portcullis_route_decisions_total",
      Type.COUNTER,
      "route, outcome",
      "Decisions by route; the routes beyond --metric-routes are counted together as other."),
  ROUTE_DELAYS(
      "portcullis_route_delays_total",
      Type.COUNTER,
      "route",
      "Requests that Envoy was told to hold until a limit admits them; the routes beyond"
          + " --metric-routes are counted together as other."),
  DELAYED_MILLIS(
      "portcullis_delayed_milliseconds_total",
      Type.COUNTER,
      "",
      "For how long, all of them together."),
  ROUTE_QUOTA_MARKS(
      "portcullis_route_quota_marks_total",
      Type.COUNTER,
      "route, percent",
      "Quotas of one client of which 80 or 100 percent were used for the first time in their"
          + " period; the routes beyond --metric-routes are counted together as other."),
  TOP_CLIENT_REQUESTS(
      "portcullis_top_client_requests",
      Type.GAUGE,
      "by, name",
      "Requests of the last five to ten minutes, or fewer, of those who asked most, as many as"
          + " --metric-clients; by is client or address."),
  TOP_CLIENT_REFUSALS(
      "portcullis_top_client_refusals",
      Type.GAUGE,
      "by, name",
      "Refusals of the last five to ten minutes, or fewer, of those who were refused most."),
  SHADOW_DENIALS(
      "portcullis_shadow_denials_total",
      Type.COUNTER,
      "route, policy, rule, reason",
      "What rules, limits, thresholds and sections in shadow mode would have refused; the rule is"
          + " empty where a section refuses as a whole, and what is beyond --metric-routes series"
          + " is counted together as other."),
  DECISION_SECONDS(
      "portcullis_decision_seconds", Type.HISTOGRAM, "", "Time from a parsed Check to its answer."),
  INTERNAL_ERRORS(
      "portcullis_internal_errors_total",
      Type.COUNTER,
      "",
      "Unexpected exceptions while deciding; each was answered with 503."),
  EXPIRED_CHECKS(
      "portcullis_expired_checks_total",
      Type.COUNTER,
      "",
      "Checks answered with 503 undecided, because Envoy had stopped to wait."),
  CHECKS_WAITING(
      "portcullis_checks_waiting",
      Type.GAUGE,
      "",
      "Checks that wait for the verification of a signature, those included that are worked on."),
  CHECKS_ASKING(
      "portcullis_checks_asking",
      Type.GAUGE,
      "",
      "Checks that wait until an issuer has said what it knows of a token, or the shared store what"
          + " it knows of a proof or an API key, or has counted a limit."),
  CHECKS_WAITED(
      "portcullis_checks_waited_total",
      Type.COUNTER,
      "",
      "Checks that waited for the verification of a signature; all others were decided at once."),
  CHECKS_TURNED_AWAY(
      "portcullis_checks_turned_away_total",
      Type.COUNTER,
      "",
      "Checks that found no place to wait, because --max-waiting others waited, or half as many for"
          + " issuers and the shared store. They get 503, but for those whose limits are counted"
          + " without the store."),
  CHECKS_OVERDUE(
      "portcullis_checks_overdue_total",
      Type.COUNTER,
      "",
      "Checks whose decision took as long as Envoy waits. They get 503, but for those whose limits"
          + " are counted without the store."),
  CHECKS_ABANDONED(
      "portcullis_checks_abandoned_total",
      Type.COUNTER,
      "",
      "Checks that Envoy took back while they waited."),
  FOREIGN_CHECKS(
      "portcullis_foreign_checks_total",
      Type.COUNTER,
      "",
      "Checks answered with 503, because the caller's certificate does not let it ask about their"
          + " route."),
  PROBES(
      "portcullis_probes_answered_total",
      Type.COUNTER,
      "",
      "Probes of operators that were answered; they are no decisions and are not logged."),
  STRANGERS(
      "portcullis_strangers_total",
      Type.COUNTER,
      "",
      "Connections whose certificate names nobody who may ask anything."),
  CERTIFICATE_SECONDS(
      "portcullis_certificate_seconds",
      Type.GAUGE,
      "",
      "How long this replica's certificate is still valid; NaN without one."),
  CONNECTIONS("portcullis_connections", Type.GAUGE, "", "Open connections of Envoys and probes."),
  PLAN_ROUTES("portcullis_plan_routes", Type.GAUGE, "", "Routes of the plan at work."),
  PLAN_API_KEYS("portcullis_plan_api_keys", Type.GAUGE, "", "Issued keys of the plan at work."),
  PLAN_UPDATES(
      "portcullis_plan_updates_total", Type.COUNTER, "", "Plans put to work since the start."),
  PLAN_REJECTIONS(
      "portcullis_plan_rejections_total",
      Type.COUNTER,
      "",
      "Parts of plans that could not be used; what was held before stays."),
  PLAN_AGE_SECONDS(
      "portcullis_plan_age_seconds",
      Type.GAUGE,
      "",
      "Time since the plan at work was put to work; NaN before the first."),
  PLAN_CONNECTED(
      "portcullis_plan_connected",
      Type.GAUGE,
      "",
      "1 while the plan's source (operator or files) can be read, else 0."),
  PLAN_SAVE_FAILURES(
      "portcullis_plan_save_failures_total",
      Type.COUNTER,
      "",
      "Failures to keep the last good plan on disk."),
  API_KEY_USES_UNNOTED(
      "portcullis_api_key_uses_unnoted_total",
      Type.COUNTER,
      "",
      "Uses of issued keys that no status will show, because of too many keys in one hour."),
  JWKS_SETS("portcullis_jwks_sets", Type.GAUGE, "", "Remote key sets that the plan refers to."),
  JWKS_MISSING(
      "portcullis_jwks_missing",
      Type.GAUGE,
      "",
      "Remote key sets that were never fetched; tokens of their issuers get 503."),
  JWKS_STALE(
      "portcullis_jwks_stale",
      Type.GAUGE,
      "",
      "Remote key sets that are older than their issuer wants; used all the same."),
  JWKS_FETCHES("portcullis_jwks_fetches_total", Type.COUNTER, "", "Fetches of remote key sets."),
  JWKS_FAILURES(
      "portcullis_jwks_fetch_failures_total",
      Type.COUNTER,
      "",
      "Fetches of remote key sets that brought nothing."),
  INTROSPECTIONS(
      "portcullis_introspections_total",
      Type.COUNTER,
      "",
      "Times that an issuer was to be asked about a token."),
  INTROSPECTION_FAILURES(
      "portcullis_introspection_failures_total",
      Type.COUNTER,
      "",
      "Of these, those without an answer that could be used; their requests get 503."),
  INTROSPECTIONS_TURNED_AWAY(
      "portcullis_introspections_turned_away_total",
      Type.COUNTER,
      "",
      "Of these, those that were not asked, because 64 others to the same issuer were under way."),
  INTROSPECTIONS_IN_FLIGHT(
      "portcullis_introspections_in_flight",
      Type.GAUGE,
      "",
      "Questions to issuers that are under way."),
  INTROSPECTION_CACHE(
      "portcullis_introspection_cache_tokens",
      Type.GAUGE,
      "",
      "Tokens of which it is remembered that their issuer says they are active."),
  JWKS_SAVE_FAILURES(
      "portcullis_jwks_save_failures_total",
      Type.COUNTER,
      "",
      "Failures to keep the last good key sets on disk."),
  GEO_DATABASES(
      "portcullis_geo_databases",
      Type.GAUGE,
      "",
      "Databases of --geo-country and --geo-asn in use."),
  GEO_AGE_SECONDS(
      "portcullis_geo_database_age_seconds",
      Type.GAUGE,
      "",
      "Time since the publisher made the oldest geo database in use; NaN without one."),
  GEO_REFUSED(
      "portcullis_geo_databases_refused_total",
      Type.COUNTER,
      "",
      "Files that are no geo database; the last good one stays in use."),
  ADDRESS_RANGES(
      "portcullis_address_list_ranges",
      Type.GAUGE,
      "",
      "Ranges in the lists of addresses that came with the plan."),
  ADDRESS_FILES("portcullis_address_list_files", Type.GAUGE, "", "Files of --address-list in use."),
  ADDRESS_FILES_REFUSED(
      "portcullis_address_list_files_refused_total",
      Type.COUNTER,
      "",
      "Files that are no list of addresses; the last good one stays in use."),
  NATIVE_CRYPTO(
      "portcullis_native_crypto",
      Type.GAUGE,
      "",
      "1 while the native provider verifies signatures, 0 while the JDK does; the log says why."),
  REVOCATIONS(
      "portcullis_revocations",
      Type.GAUGE,
      "",
      "Revocations that are held, those that were withdrawn included."),
  REVOCATION_CAPACITY(
      "portcullis_revocation_capacity", Type.GAUGE, "", "Revocations that may be held."),
  REVOCATIONS_REFUSED(
      "portcullis_revocations_refused_total",
      Type.COUNTER,
      "",
      "Revocations that were refused because there was no room; alarm on any."),
  REVOCATION_REPLICAS_UNREACHABLE(
      "portcullis_revocation_replicas_unreachable",
      Type.GAUGE,
      "",
      "Other replicas that did not answer when they were last asked about revocations."),
  VALKEY_CONNECTED(
      "portcullis_valkey_connected",
      Type.GAUGE,
      "",
      "1 while the shared store of --valkey is asked, 0 while it cannot be reached; NaN without"
          + " one."),
  VALKEY_WRITABLE(
      "portcullis_valkey_writable",
      Type.GAUGE,
      "",
      "1 while the shared store takes writes, as far as is known, 0 after it refused one, as a"
          + " server without room does, until none is refused for ten seconds; NaN without a store."
          + " The log says why."),
  VALKEY_LOST(
      "portcullis_valkey_lost_total",
      Type.COUNTER,
      "",
      "Times that the shared store was lost; each has a line in the log, and so has its return."),
  VALKEY_COMMANDS(
      "portcullis_valkey_commands_total",
      Type.COUNTER,
      "",
      "Commands that were sent to the shared store."),
  VALKEY_FAILURES(
      "portcullis_valkey_failures_total",
      Type.COUNTER,
      "",
      "Questions to the shared store that got no answer that could be used, those included that"
          + " were not sent because it is away."),
  VALKEY_UNTOLD(
      "portcullis_valkey_untold_total",
      Type.COUNTER,
      "",
      "What the shared store was told, such as the end of a request, and perhaps did not hear."),
  VALKEY_KEYS(
      "portcullis_valkey_keys_remembered",
      Type.GAUGE,
      "",
      "API keys of the shared store that are remembered, each for a second."),
  VALKEY_KEYS_MALFORMED(
      "portcullis_valkey_keys_malformed_total",
      Type.COUNTER,
      "",
      "Times that the shared store held something else where an API key belongs; the request got"
          + " 503, and its record in the decision log says which key and field."),
  VALKEY_KEY_USES_UNNOTED(
      "portcullis_valkey_key_uses_unnoted_total",
      Type.COUNTER,
      "",
      "Uses of API keys of the shared store that their lastUsed will not show, because of too many"
          + " keys in one hour."),
  VALKEY_KEY_USE_FAILURES(
      "portcullis_valkey_key_use_failures_total",
      Type.COUNTER,
      "",
      "Times that the shared store did not take when its API keys were used; it is tried again"
          + " every few seconds."),
  TOKEN_CACHE(
      "portcullis_token_cache_tokens", Type.GAUGE, "", "Verified tokens that are remembered."),
  PROOFS_SEEN(
      "portcullis_proofs_remembered",
      Type.GAUGE,
      "",
      "Proofs of possession that are remembered, so that none is used twice."),
  PROOFS_UNSHARED(
      "portcullis_proofs_unshared_total",
      Type.COUNTER,
      "",
      "Proofs of possession that were judged while the shared store could not be asked."),
  LIMITER_REPLICAS(
      "portcullis_limiter_replicas",
      Type.GAUGE,
      "",
      "Decision services that count limits together, when they were counted last; by so many a"
          + " limit is divided while the shared store is away."),
  LIMITER_UNSHARED(
      "portcullis_limiter_unshared_total",
      Type.COUNTER,
      "",
      "Times that limits of a check could not be counted together, so that onStoreFailure"
          + " applied."),
  LIMITER_STORELESS(
      "portcullis_limiter_storeless_routes",
      Type.GAUGE,
      "",
      "Routes with limits of store.scope Cluster that this replica counts alone, because --valkey"
          + " is not given."),
  LIMITER_LEASED(
      "portcullis_limiter_leased_total",
      Type.COUNTER,
      "",
      "Times that limits of accuracy Leased were charged to what the shared store had leased"
          + " before, so that it was not asked."),
  LIMITER_REMEMBERED(
      "portcullis_limiter_remembered_total",
      Type.COUNTER,
      "",
      "Refusals by limits of scope Cluster for which the shared store was not asked, because it had"
          + " said so within a second."),
  LIMITER_KEYS(
      "portcullis_limiter_keys", Type.GAUGE, "", "Counters of rates and quotas in memory."),
  LIMITER_RESERVATIONS(
      "portcullis_limiter_reservations",
      Type.GAUGE,
      "",
      "Charges in memory that wait for the end of their request: of concurrency, and of count:"
          + " Failures."),
  LIMITER_CROWDED_OUT(
      "portcullis_limiter_crowded_out_total",
      Type.COUNTER,
      "",
      "Charges in memory for which there was no room to wait for the end of their request: those of"
          + " concurrency were refused, those of count: Failures stay charged."),
  LIMITER_ABANDONED(
      "portcullis_limiter_abandoned_total",
      Type.COUNTER,
      "",
      "Charges in memory of whose request no Envoy told anything for the length of their lease."),
  LIMITER_ENDINGS(
      "portcullis_limiter_endings_total",
      Type.COUNTER,
      "",
      "Ends of requests that Envoys told, of those that a limit waited for."),
  LIMITER_ENDINGS_ELSEWHERE(
      "portcullis_limiter_endings_elsewhere_total",
      Type.COUNTER,
      "",
      "Charges of requests that another decision service admitted and counts alone, so that their"
          + " end was told to the wrong one. Such limits need scope: Cluster."),
  LIMITER_ENDINGS_UNREADABLE(
      "portcullis_limiter_endings_unreadable_total",
      Type.COUNTER,
      "",
      "Ends of requests that were told by who may not tell them, or in words that are not ours."),
  OVERLOAD_ADMITTED(
      "portcullis_overload_admitted_ratio",
      Type.GAUGE,
      "route, plan",
      "The part of the requests of each plan that is admitted now, on routes with overload: 1 while"
          + " their services are not overloaded. The plan is - for callers of plans without a"
          + " place in priority; of the routes beyond --metric-routes the least is shown, as"
          + " other."),
  OVERLOAD_REPORTS(
      "portcullis_overload_reports_total",
      Type.COUNTER,
      "",
      "How often Envoys told how a request fares, on routes with overload."),
  LOG_QUEUE(
      "portcullis_decision_log_queue", Type.GAUGE, "", "Decision records that wait to be written."),
  LOG_WRITTEN(
      "portcullis_decision_log_written_total", Type.COUNTER, "", "Decision records written."),
  LOG_DROPPED(
      "portcullis_decision_log_dropped_total",
      Type.COUNTER,
      "",
      "Decision records lost because the queue was full or the file could not be written.");

  /** What kind of metric it is, in Prometheus' terms. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final String metricName;
  private final Type type;
  private final String labels;
  private final String help;

  Metric(String metricName, Type type, String labels, String help) {
    this.metricName = metricName;
    this.type = type;
    this.labels = labels;
    this.help = help;
  }

  /** As it is scraped. */
  public String metricName() {
    return metricName;
  }

  /** The name without the suffix that the exposition format adds to counters. */
  public String baseName() {
    return type == Type.COUNTER
        ? metricName.substring(0, metricName.length() - "_total".length())
        : metricName;
  }

  public Type type() {
    return type;
  }

  /** Names of its labels, joined by commas; empty when it has none. */
  public String labels() {
    return labels;
  }

  /** One sentence. */
  public String help() {
    return help;
  }
}
