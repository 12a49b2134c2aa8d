// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import com.google.protobuf.Struct;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Headers;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.HeaderFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/**
 * Turns what Envoy answers itself into problem documents (RFC 9457), and into plain messages for
 * callers of gRPC, whose {@code grpc-status} Envoy derives. Answers of the decision service pass
 * through Envoy as local replies too, and are left as they are.
 */
final class LocalReplies {
  private static final String BODY = "%LOCAL_REPLY_BODY%";
  private static final String REQUEST_ID = "%REQ(X-REQUEST-ID)%";

  private LocalReplies() {}

  static LocalReplyConfig config() {
    LocalReplyConfig.Builder config = LocalReplyConfig.newBuilder();
    config.addMappers(
        ResponseMapper.newBuilder()
            .setFilter(details("ext_authz_denied"))
            .setBodyFormatOverride(text(BODY)));
    for (LocalProblem problem : LocalProblem.values()) {
      boolean undecided = problem == LocalProblem.UNDECIDED;
      add(config, problem, undecided ? details("ext_authz_error") : status(problem.status()));
    }
    return config.setBodyFormat(json(fallback())).build();
  }

  /** The first mapper that matches speaks. */
  private static void add(
      LocalReplyConfig.Builder config, LocalProblem problem, AccessLogFilter filter) {
    config
        .addMappers(
            mapper(problem)
                .setFilter(both(grpc(), filter))
                .setBodyFormatOverride(text(problem.detail())))
        .addMappers(
            mapper(problem).setFilter(filter).setBodyFormatOverride(json(document(problem))));
  }

  private static ResponseMapper.Builder mapper(LocalProblem problem) {
    ResponseMapper.Builder mapper = ResponseMapper.newBuilder();
    if (problem.afterDecision()) {
      mapper.addHeadersToAdd(Headers.only(CheckNames.DECISION_ID_HEADER, REQUEST_ID));
    }
    String acted = problem.acted();
    if (acted != null) {
      mapper.addHeadersToAdd(Headers.only(CheckNames.ACTED_HEADER, acted));
    }
    return mapper;
  }

  private static Struct document(LocalProblem problem) {
    Struct.Builder document =
        Struct.newBuilder()
            .putFields("type", Extensions.value(problem.type()))
            .putFields("title", Extensions.value(problem.title()))
            .putFields("status", Extensions.value(problem.status()))
            .putFields("detail", Extensions.value(problem.detail()));
    if (problem.afterDecision()) {
      document.putFields("decisionId", Extensions.value(REQUEST_ID));
    }
    return document.build();
  }

  /** For what no {@link LocalProblem} names; nothing of what Envoy says about it is passed on. */
  private static Struct fallback() {
    return Struct.newBuilder()
        .putFields("type", Extensions.value(LocalProblem.UNTYPED))
        .putFields("title", Extensions.value("Refused"))
        .putFields("status", Extensions.value("%RESPONSE_CODE%"))
        .putFields("detail", Extensions.value("The request could not be handled."))
        .build();
  }

  private static SubstitutionFormatString json(Struct document) {
    return SubstitutionFormatString.newBuilder()
        .setJsonFormat(document)
        .setContentType(CheckNames.PROBLEM_JSON)
        .build();
  }

  private static SubstitutionFormatString text(String text) {
    return SubstitutionFormatString.newBuilder()
        .setTextFormatSource(DataSource.newBuilder().setInlineString(text))
        .build();
  }

  /** By what Envoy notes about the cause, which tells a refusal from a check that failed. */
  private static AccessLogFilter details(String details) {
    return AccessLogFilter.newBuilder()
        .setExtensionFilter(
            ExtensionFilter.newBuilder()
                .setName("envoy.access_loggers.extension_filters.cel")
                .setTypedConfig(
                    Extensions.any(
                        ExpressionFilter.newBuilder()
                            .setExpression("response.code_details == '" + details + "'")
                            .build())))
        .build();
  }

  private static AccessLogFilter grpc() {
    return AccessLogFilter.newBuilder()
        .setHeaderFilter(
            HeaderFilter.newBuilder()
                .setHeader(
                    HeaderMatcher.newBuilder()
                        .setName("content-type")
                        .setStringMatch(StringMatcher.newBuilder().setPrefix("application/grpc"))))
        .build();
  }

  private static AccessLogFilter status(int status) {
    return AccessLogFilter.newBuilder()
        .setStatusCodeFilter(
            StatusCodeFilter.newBuilder()
                .setComparison(
                    ComparisonFilter.newBuilder()
                        .setOp(ComparisonFilter.Op.EQ)
                        .setValue(
                            RuntimeUInt32.newBuilder()
                                .setDefaultValue(status)
                                .setRuntimeKey("portcullis.local_reply." + status))))
        .build();
  }

  private static AccessLogFilter both(AccessLogFilter first, AccessLogFilter second) {
    return AccessLogFilter.newBuilder()
        .setAndFilter(AndFilter.newBuilder().addFilters(first).addFilters(second))
        .build();
  }
}
