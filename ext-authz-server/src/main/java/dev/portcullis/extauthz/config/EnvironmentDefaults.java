// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every flag may also come from the environment: {@code --plan-dir} is {@code PORTCULLIS_PLAN_DIR}.
 * A flag on the command line wins.
 */
public final class EnvironmentDefaults implements IDefaultValueProvider {
  private final Map<String, String> environment;

  /** Takes the environment, such as {@link System#getenv()}. */
  public EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option && !option.usageHelp() && !option.versionHelp()) {
      String value = environment.get(variable(option.longestName()));
      return value == null ? argument.defaultValue() : value;
    }
    return argument.defaultValue();
  }

  static String variable(String flag) {
    return "PORTCULLIS_" + flag.substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
