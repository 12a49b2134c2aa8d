// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs microbenchmarks with allocation figures. */
@Command(
    name = "jmh",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Microbenchmarks: nanoseconds and bytes per operation.")
public final class JmhCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "REGEX",
      arity = "0..1",
      defaultValue = ".*",
      description = "Which ones, such as Pipeline. Default: all.")
  private String which;

  @Option(
      names = "--long",
      description = "Five forks of ten seconds instead of one of three: for figures to publish.")
  private boolean longer;

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE[,VALUE]",
      description = "Only these values of a parameter, such as keys=10,10000.")
  private String[] parameters = {};

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public JmhCommand() {}

  @Override
  public Integer call() throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(which)
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .jvmArgsPrepend(
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow")
            .forks(longer ? 5 : 1)
            .warmupIterations(longer ? 5 : 3)
            .warmupTime(TimeValue.seconds(longer ? 2 : 1))
            .measurementIterations(longer ? 10 : 3)
            .measurementTime(TimeValue.seconds(1));
    for (String parameter : parameters) {
      int equals = parameter.indexOf('=');
      options.param(parameter.substring(0, equals), parameter.substring(equals + 1).split(",", -1));
    }
    var _ = new Runner(options.build()).run();
    return 0;
  }
}
