// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** The lines that a package logs while a test runs. */
public final class LogLines implements AutoCloseable {
  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(line(event));
        }
      };

  private LogLines(Logger logger) {
    this.logger = logger;
  }

  /** Of the package of a class. */
  public static LogLines beside(Class<?> one) {
    LogLines made = new LogLines((Logger) LoggerFactory.getLogger(one.getPackageName()));
    made.appender.setContext(made.logger.getLoggerContext());
    made.appender.start();
    made.logger.addAppender(made.appender);
    return made;
  }

  private static String line(ILoggingEvent event) {
    String line = event.getLevel() + " " + event.getMessage();
    for (KeyValuePair pair :
        Objects.requireNonNullElse(event.getKeyValuePairs(), List.<KeyValuePair>of())) {
      if (pair.key.equals(LogKeys.CAUSE)) {
        line += ": " + pair.value;
      }
    }
    return line;
  }

  /** Each as its level, its message and its cause, if it has one, from the first to the last. */
  public List<String> all() {
    return lines;
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
