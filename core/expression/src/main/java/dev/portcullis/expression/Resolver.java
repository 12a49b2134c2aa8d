// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.runtime.CelVariableResolver;
import java.util.Map;
import java.util.Optional;

/** Gives CEL the variables of one request, in the shapes that CEL takes. */
record Resolver(VariableSource source) implements CelVariableResolver {

  @Override
  public Optional<Object> find(String name) {
    Variable variable = Variable.find(name);
    return variable == null ? Optional.empty() : Optional.of(adapt(variable));
  }

  private Object adapt(Variable variable) {
    Object value = source.read(variable);
    if (value instanceof NamedValues named) {
      return new ViewMap(
          variable == Variable.REQUEST_HEADERS_ALL || variable == Variable.REQUEST_QUERY_ALL
              ? new AllValues(named)
              : new SingleValues(variable, named));
    }
    return value instanceof Map<?, ?> json ? new ViewMap(new JsonEntries(json)) : value;
  }
}
