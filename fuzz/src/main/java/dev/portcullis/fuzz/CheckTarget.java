// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.IncomingCheck;
import dev.portcullis.extauthz.check.UnreadableCheckException;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;

/**
 * A check as Envoy writes it. What we read of it is what the generated class reads, and without a
 * credential it is refused.
 */
final class CheckTarget implements FuzzTarget {
  private final CheckRequestReader reader = new CheckRequestReader(() -> Gate.NOW);
  private final Gate gate = new Gate();

  @Override
  public void accept(byte[] input) {
    IncomingCheck check;
    try {
      check = reader.read(input);
    } catch (UnreadableCheckException e) {
      return;
    }
    compare(input, check);
    Decision decision = gate.decide(check.request());
    if (decision.refusal() == null) {
      throw new BrokenPromiseError("a check without a credential was allowed");
    }
  }

  private static void compare(byte[] input, IncomingCheck check) {
    HttpRequest http;
    try {
      http = CheckRequest.parseFrom(input).getAttributes().getRequest().getHttp();
    } catch (InvalidProtocolBufferException e) {
      // The generated class refuses text that is not UTF-8 in fields that we do not look at.
      return;
    }
    if (!check.request().line().method().equals(http.getMethod())
        || !check.request().line().target().equals(http.getPath())
        || !http.getHost().startsWith(check.request().line().host())) {
      throw new BrokenPromiseError("two readers of one check disagree");
    }
  }
}
