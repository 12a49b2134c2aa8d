// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.policytest;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.suite.CaseResult;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Test results as most build servers read them: {@code testsuites}, in it a {@code testsuite} for
 * each suite, in it a {@code testcase} for the policies, and one for each case. Who did not hold
 * has a {@code failure}, who could not be asked an {@code error}.
 */
public final class JunitXml {
  private final XMLStreamWriter out;

  private JunitXml(XMLStreamWriter out) {
    this.out = out;
  }

  /** The document, ended by a line break. */
  public static String of(TestReport report) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      new JunitXml(out).write(report);
      out.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("memory takes every document", e);
    }
    return text + "\n";
  }

  private void write(TestReport report) throws XMLStreamException {
    out.writeStartDocument("UTF-8", "1.0");
    open(0, "testsuites");
    attribute("name", "portcullis test");
    Duration total =
        report.suites().stream().map(SuiteReport::took).reduce(Duration.ZERO, Duration::plus);
    counts(report.suites());
    attribute("time", seconds(total));
    for (SuiteReport suite : report.suites()) {
      write(suite);
    }
    close(0);
    out.writeEndDocument();
  }

  private void write(SuiteReport suite) throws XMLStreamException {
    open(1, "testsuite");
    attribute("name", suite.suite().name());
    counts(List.of(suite));
    attribute("skipped", "0");
    attribute("time", seconds(suite.took()));
    policies(suite);
    for (CaseResult result : suite.results()) {
      write(suite, result);
    }
    close(1);
  }

  /** The policies themselves are the first case: a suite says little of ones that are refused. */
  private void policies(SuiteReport suite) throws XMLStreamException {
    testCase(suite, "the policies compile", Duration.ZERO);
    List<Diagnostic> errors = suite.errors();
    if (errors.isEmpty()) {
      out.writeEndElement();
      return;
    }
    fault(
        "failure",
        errors.size() + " errors in the policies",
        errors.stream().map(DiagnosticText::line).collect(Collectors.joining("\n")));
    close(2);
  }

  private void write(SuiteReport suite, CaseResult result) throws XMLStreamException {
    testCase(suite, result.testCase().name(), result.took());
    if (result.holds()) {
      out.writeEndElement();
      return;
    }
    fault(
        result.observation() == null ? "error" : "failure",
        String.join("; ", result.differences()),
        suite.place(result) + ": " + TestReport.failure(result));
    close(2);
  }

  private void testCase(SuiteReport suite, String name, Duration took) throws XMLStreamException {
    open(2, "testcase");
    attribute("name", name);
    attribute("classname", suite.suite().name());
    attribute("file", suite.suite().file().toString());
    attribute("time", seconds(took));
  }

  private void fault(String element, String message, String text) throws XMLStreamException {
    open(3, element);
    attribute("message", message);
    attribute("type", element.equals("error") ? "not-asked" : "expectation");
    out.writeCharacters(clean(text));
    out.writeEndElement();
  }

  private void counts(List<SuiteReport> suites) throws XMLStreamException {
    long tests = 0;
    long failures = 0;
    long errors = 0;
    for (SuiteReport suite : suites) {
      tests += suite.results().size() + 1;
      failures += suite.errors().isEmpty() ? 0 : 1;
      for (CaseResult result : suite.failed()) {
        if (result.observation() == null) {
          errors++;
        } else {
          failures++;
        }
      }
    }
    attribute("tests", String.valueOf(tests));
    attribute("failures", String.valueOf(failures));
    attribute("errors", String.valueOf(errors));
  }

  private void open(int depth, String element) throws XMLStreamException {
    out.writeCharacters("\n" + "  ".repeat(depth));
    out.writeStartElement(element);
  }

  private void close(int depth) throws XMLStreamException {
    out.writeCharacters("\n" + "  ".repeat(depth));
    out.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    out.writeAttribute(name, clean(value));
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e9);
  }

  /** XML 1.0 has no way to write some characters, and names of cases may hold any. */
  private static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(allowed(c) ? c : 0xFFFD));
    return out.toString();
  }

  private static boolean allowed(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }
}
