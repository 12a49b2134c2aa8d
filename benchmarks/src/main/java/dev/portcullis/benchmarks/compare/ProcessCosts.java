// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a process has used, read from outside of it. */
public record ProcessCosts(long pid) {
  private static final String THREADING = "java.lang:type=Threading";

  /** CPU seconds of all its threads, user and system, since it started; from {@code /proc}. */
  public double cpuSeconds() {
    return ProcessHandle.of(pid)
            .flatMap(handle -> handle.info().totalCpuDuration())
            .orElseThrow(() -> new BenchmarkException("the CPU time of " + pid + " cannot be read"))
            .toNanos()
        / 1e9;
  }

  /** Memory that it holds now (resident set), in MiB. */
  public double residentMebibytes() {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElseThrow()
          / 1024.0;
    } catch (IOException e) {
      throw new BenchmarkException("the memory of " + pid + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Bytes that its threads have allocated since it started. Starts a management agent in it, so it
   * is asked only when CPU is no longer measured.
   */
  public long allocatedBytes() {
    return asking(server ->
        (Long) server.getAttribute(new ObjectName(THREADING), "TotalThreadAllocatedBytes"));
  }

  /** Begins a flight recording. */
  public void record() {
    var _ = asking(server -> command(server, "jfrStart", "name=bench", "settings=profile"));
  }

  /** Writes what was recorded since {@link #record()} to a file. */
  public void dump(Path file) {
    var _ = asking(server -> command(server, "jfrDump", "name=bench", "filename=" + file));
  }

  private static Object command(MBeanServerConnection server, String name, String... arguments)
      throws JMException, IOException {
    return server.invoke(
        new ObjectName("com.sun.management:type=DiagnosticCommand"),
        name,
        new Object[] {arguments},
        new String[] {String[].class.getName()});
  }

  /** A question to the process' management agent. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(MBeanServerConnection server) throws JMException, IOException;
  }

  @SuppressWarnings("BanJNDI") // The other end is a process that this one has started.
  private <T> T asking(Question<T> question) {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      String address = machine.startLocalManagementAgent();
      machine.detach();
      try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
        return question.ask(connector.getMBeanServerConnection());
      }
    } catch (AttachNotSupportedException | IOException | JMException e) {
      throw new BenchmarkException("process " + pid + " does not answer: " + e);
    }
  }
}
