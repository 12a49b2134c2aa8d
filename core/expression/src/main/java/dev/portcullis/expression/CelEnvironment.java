// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.extensions.CelStringExtensions.Function;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;

/**
 * The one environment in which all expressions are checked and run, with every bound on them.
 *
 * <p>Of the string extensions only those are in it whose result is no longer than their input, so
 * that a request cannot make an expression grow strings.
 */
final class CelEnvironment {
  static final int MAX_LENGTH = 4096;
  static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 2000;
  private static final int MAX_ITERATIONS = 1000;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .maxExpressionCodePointSize(MAX_LENGTH)
          .maxParseRecursionDepth(MAX_DEPTH)
          .maxParseExpressionNodeCount(MAX_NODES)
          .comprehensionMaxIterations(MAX_ITERATIONS)
          .build();

  /** All of them, made once: of its own accord the checker makes them for each expression. */
  private static final CelStandardDeclarations STANDARD =
      CelStandardDeclarations.newBuilder().build();

  private static final CelStringExtensions STRINGS =
      CelExtensions.strings(
          Function.LOWER_ASCII,
          Function.UPPER_ASCII,
          Function.TRIM,
          Function.SUBSTRING,
          Function.INDEX_OF,
          Function.LAST_INDEX_OF,
          Function.SPLIT);

  static final CelCompiler COMPILER = compiler();
  static final CelRuntime RUNTIME = runtime();

  private CelEnvironment() {}

  private static CelCompiler compiler() {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(STANDARD)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addLibraries(STRINGS)
            .addFunctionDeclarations(
                CelFunctionDecl.newFunctionDeclaration(
                    LiteralFunction.IN_CIDR.celName(),
                    CelOverloadDecl.newGlobalOverload(
                        "in_cidr_string_string",
                        SimpleType.BOOL,
                        SimpleType.STRING,
                        SimpleType.STRING)));
    for (Variable variable : Variable.values()) {
      builder.addVar(variable.celName(), variable.type());
    }
    return builder.build();
  }

  private static CelRuntime runtime() {
    return CelRuntimeFactory.plannerRuntimeBuilder()
        .setOptions(OPTIONS)
        .setStandardFunctions(
            CelStandardFunctions.newBuilder().excludeFunctions(StandardFunction.MATCHES).build())
        .addLibraries(STRINGS)
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                LiteralFunction.MATCHES.celName(),
                binding("matches", LiteralFunction.MATCHES),
                binding("matches_string", LiteralFunction.MATCHES)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                LiteralFunction.IN_CIDR.celName(),
                binding("in_cidr_string_string", LiteralFunction.IN_CIDR)))
        .build();
  }

  private static CelFunctionBinding binding(String overload, LiteralFunction function) {
    return CelFunctionBinding.from(overload, String.class, String.class, function::test);
  }
}
