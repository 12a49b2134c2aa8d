// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which client addresses may call: by ranges that the policy itself names and by lists that travel
 * apart. A list that is not here denies nobody and allows nobody, so whom no other list decides
 * about is refused.
 */
final class AddressRules {
  private final RequestSpec spec;
  private final CidrSet allowed;
  private final CidrSet denied;
  private final List<NamedList> allowLists;
  private final List<NamedList> denyLists;
  private final AddressLists lists;
  private final boolean allowsEverybody;
  private final Verdict.Deny refusal;

  /** A list with how decisions name it. */
  private record NamedList(AddressListSpec list, RuleRef by, Verdict.Deny refusal) {
    Verdict.Unavailable absent() {
      return new Verdict.Unavailable(by, "the list of addresses " + list.label() + " is not here");
    }
  }

  AddressRules(RequestSpec spec, AddressLists lists) {
    this.spec = spec;
    this.lists = lists;
    this.allowed = CidrSet.of(spec.allowAddresses());
    this.denied = CidrSet.of(spec.denyAddresses());
    this.allowLists = named("allowLists", spec.allowLists());
    this.denyLists = named("denyLists", spec.denyLists());
    this.allowsEverybody = allowed.isEmpty() && allowLists.isEmpty();
    this.refusal =
        Verdict.deny(
            new RuleRef(Phase.HYGIENE, spec.source(), "ipAccess"), DenyReason.ADDRESS_DENIED);
  }

  private List<NamedList> named(String field, List<AddressListSpec> specs) {
    return specs.stream()
        .map(list -> {
          RuleRef by =
              new RuleRef(Phase.HYGIENE, spec.source(), "ipAccess." + field + "/" + list.label());
          return new NamedList(list, by, Verdict.deny(by, DenyReason.ADDRESS_DENIED));
        })
        .toList();
  }

  /** Why the client may not call; null: it may. Allocates nothing where it may. */
  @Nullable Verdict fault(Evaluation evaluation) {
    IpAddress client = evaluation.client();
    if (denied.contains(client)) {
      return refusal;
    }
    NamedList absent = null;
    for (int i = 0; i < denyLists.size(); i++) {
      NamedList list = denyLists.get(i);
      switch (ask(list, client, evaluation.trace())) {
        case IN_LIST -> {
          return list.refusal;
        }
        case ABSENT -> absent = list;
        case NOT_IN_LIST -> {}
      }
    }
    if (absent != null) {
      return absent.absent();
    }
    return allowsEverybody || allowed.contains(client) ? null : notListed(client, evaluation);
  }

  private @Nullable Verdict notListed(IpAddress client, Evaluation evaluation) {
    NamedList absent = null;
    for (int i = 0; i < allowLists.size(); i++) {
      NamedList list = allowLists.get(i);
      switch (ask(list, client, evaluation.trace())) {
        case IN_LIST -> {
          return null;
        }
        case ABSENT -> absent = list;
        case NOT_IN_LIST -> {}
      }
    }
    return absent == null ? refusal : absent.absent();
  }

  private enum Answer {
    IN_LIST,
    NOT_IN_LIST,
    ABSENT
  }

  private Answer ask(NamedList list, IpAddress client, @Nullable Trace trace) {
    CidrSet ranges = lists.find(list.list);
    Answer answer =
        ranges == null
            ? Answer.ABSENT
            : ranges.contains(client) ? Answer.IN_LIST : Answer.NOT_IN_LIST;
    if (trace != null) {
      trace.look(list.by, spec.mode() == Mode.SHADOW, found(answer), null);
    }
    return answer;
  }

  private static Trace.Found found(Answer answer) {
    return switch (answer) {
      case IN_LIST -> Trace.Found.IN_LIST;
      case NOT_IN_LIST -> Trace.Found.NOT_IN_LIST;
      case ABSENT -> Trace.Found.LIST_ABSENT;
    };
  }
}
