// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelReference;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.CelKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Our own rules for an expression that CEL found well typed. */
final class AstRules {
  private final String text;
  private final CelAbstractSyntaxTree ast;
  private final List<ExpressionProblem> problems = new ArrayList<>();

  AstRules(String text, CelAbstractSyntaxTree ast) {
    this.text = text;
    this.ast = ast;
  }

  CheckResult apply(ResultType wanted, Stage stage) {
    CelKind yields = ast.getResultType().kind();
    if (!wanted.accepts(yields)) {
      String message =
          switch (wanted) {
            case BOOL -> "a condition must be true or false, but this is ";
            case KEY_PART -> "a part of a key must be a string, number or bool, but this is ";
            case COST -> "a cost must be a whole number, but this is ";
          };
      String hint =
          switch (wanted) {
            case BOOL -> "compare it with something, as in == \"…\"";
            case KEY_PART -> "";
            case COST -> "convert it, as in int(…)";
          };
      problem(0, message + ast.getResultType().name(), hint);
    }
    Set<Variable> reads = reads(stage);
    CelNavigableAst.fromAst(ast)
        .getRoot()
        .allNodes()
        .map(node -> node.expr())
        .filter(expr -> expr.getKind() == CelExpr.ExprKind.Kind.CALL)
        .forEach(this::checkLiteral);
    problems.sort(Comparator.comparingInt(ExpressionProblem::offset));
    return problems.isEmpty()
        ? new CheckResult.Checked(text, reads)
        : new CheckResult.Rejected(problems);
  }

  private Set<Variable> reads(Stage stage) {
    Set<Variable> reads = EnumSet.noneOf(Variable.class);
    for (Map.Entry<Long, CelReference> entry : ast.getReferenceMap().entrySet()) {
      Variable variable = Variable.find(entry.getValue().name());
      if (variable != null) {
        reads.add(variable);
        if (!stage.mayRead(variable)) {
          problem(
              startOfName(position(entry.getKey())),
              variable.celName() + " is not known yet when this is evaluated",
              "before authentication only " + Spelling.groups(Stage.FLOOD, "and") + " can be read");
        }
      }
    }
    return reads;
  }

  private void checkLiteral(CelExpr expr) {
    CelExpr.CelCall call = expr.call();
    LiteralFunction function = LiteralFunction.find(call.function());
    if (function == null || call.args().isEmpty()) {
      return;
    }
    CelExpr last = call.args().getLast();
    if (function.takesList() && last.getKind() == CelExpr.ExprKind.Kind.LIST) {
      last.list().elements().forEach(element -> checkLiteral(function, element));
    } else {
      checkLiteral(function, last);
    }
  }

  private void checkLiteral(LiteralFunction function, CelExpr last) {
    if (last.getKind() != CelExpr.ExprKind.Kind.CONSTANT
        || last.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      problem(
          position(last.id()),
          function.celName() + " takes a literal, not a computed text",
          function.hint());
      return;
    }
    try {
      function.compile(last.constant().stringValue());
    } catch (IllegalArgumentException e) {
      problem(position(last.id()), String.valueOf(e.getMessage()), function.hint());
    }
  }

  private int position(long exprId) {
    int codePoints = ast.getSource().getPositionsMap().getOrDefault(exprId, 0);
    return text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
  }

  /** CEL places a dotted name at its last dot; users look for its first letter. */
  private int startOfName(int offset) {
    int start = offset;
    while (start > 0
        && (Character.isJavaIdentifierPart(text.charAt(start - 1))
            || text.charAt(start - 1) == '.')) {
      start--;
    }
    return start;
  }

  private void problem(int offset, String message, String hint) {
    problems.add(ExpressionProblem.at(text, offset, message, hint));
  }
}
