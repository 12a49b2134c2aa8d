// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The one environment in which all expressions are checked and run, with every bound on them.
 *
 * <p>Of the string extensions only those are in it whose result is no longer than their input, so
 * that a request cannot make an expression grow strings; {@code replace} and {@code join} are our
 * own, with a bound, and so are {@code sets}, whose cost grows with the lists and not with their
 * product.
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
          Function.SPLIT,
          Function.CHAR_AT);

  private static final CelType TEXTS = ListType.create(SimpleType.STRING);

  /** Our own. */
  private static final List<CelFunctionDecl> FUNCTIONS =
      List.of(
          CelFunctionDecl.newFunctionDeclaration(
              LiteralFunction.IN_CIDR.celName(),
              CelOverloadDecl.newGlobalOverload(
                  "in_cidr_string_string", SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING),
              CelOverloadDecl.newGlobalOverload(
                  "in_cidr_string_list", SimpleType.BOOL, SimpleType.STRING, TEXTS)),
          CelFunctionDecl.newFunctionDeclaration(
              LiteralFunction.PATH_MATCHES.celName(),
              CelOverloadDecl.newGlobalOverload(
                  "path_matches_string_string",
                  SimpleType.BOOL,
                  SimpleType.STRING,
                  SimpleType.STRING)),
          CelFunctionDecl.newFunctionDeclaration(
              "replace",
              CelOverloadDecl.newMemberOverload(
                  "bounded_replace",
                  SimpleType.STRING,
                  SimpleType.STRING,
                  SimpleType.STRING,
                  SimpleType.STRING)),
          CelFunctionDecl.newFunctionDeclaration(
              "join",
              CelOverloadDecl.newMemberOverload("bounded_join", SimpleType.STRING, TEXTS),
              CelOverloadDecl.newMemberOverload(
                  "bounded_join_separator", SimpleType.STRING, TEXTS, SimpleType.STRING)),
          sets("contains"),
          sets("intersects"),
          sets("equivalent"));

  private static CelFunctionDecl sets(String name) {
    return CelFunctionDecl.newFunctionDeclaration(
        "sets." + name,
        CelOverloadDecl.newGlobalOverload("texts_" + name, SimpleType.BOOL, TEXTS, TEXTS));
  }

  static final CelCompiler COMPILER = compiler();
  static final CelRuntime RUNTIME = runtime();

  private CelEnvironment() {}

  /** The names of all functions and macros that users write with parentheses. */
  static Set<String> functionNames() {
    Set<String> names = new TreeSet<>();
    names.addAll(CelStandardDeclarations.getAllFunctionNames());
    FUNCTIONS.forEach(function -> names.add(function.name()));
    STRINGS.functions().forEach(function -> names.add(function.name()));
    CelStandardMacro.STANDARD_MACROS.forEach(macro -> names.add(macro.getFunction()));
    names.removeIf(name -> !name.matches("[a-z]+(\\.[a-z]+)?[A-Za-z]*(_one)?"));
    return names;
  }

  private static CelCompiler compiler() {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(STANDARD)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addLibraries(STRINGS)
            .addFunctionDeclarations(FUNCTIONS);
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
                binding("in_cidr_string_string", LiteralFunction.IN_CIDR),
                CelFunctionBinding.from(
                    "in_cidr_string_list",
                    String.class,
                    List.class,
                    LiteralFunction.IN_CIDR::testAny)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                LiteralFunction.PATH_MATCHES.celName(),
                binding("path_matches_string_string", LiteralFunction.PATH_MATCHES)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                "replace",
                CelFunctionBinding.from(
                    "bounded_replace",
                    List.of(String.class, String.class, String.class),
                    arguments ->
                        TextFunctions.replace(
                            (String) arguments[0], (String) arguments[1], (String) arguments[2]))))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                "join",
                CelFunctionBinding.from(
                    "bounded_join", List.class, list -> TextFunctions.join(list, "")),
                CelFunctionBinding.from(
                    "bounded_join_separator", List.class, String.class, TextFunctions::join)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                "sets.contains",
                CelFunctionBinding.from(
                    "texts_contains", List.class, List.class, TextFunctions::contains)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                "sets.intersects",
                CelFunctionBinding.from(
                    "texts_intersects", List.class, List.class, TextFunctions::intersects)))
        .addFunctionBindings(
            CelFunctionBinding.fromOverloads(
                "sets.equivalent",
                CelFunctionBinding.from(
                    "texts_equivalent", List.class, List.class, TextFunctions::equivalent)))
        .build();
  }

  private static CelFunctionBinding binding(String overload, LiteralFunction function) {
    return CelFunctionBinding.from(overload, String.class, String.class, function::test);
  }
}
