package io.vipops.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.vipops.spec.AgentConfig.LogFormat;

/**
 * The log of agent and worker, on stderr: set up in code, because reading logback's XML costs every
 * start 100 ms and 5 MB. Found by logback through its service file.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String FORMAT = "vipops.log.format";

  /** Chooses the format; takes effect if nothing was logged yet. */
  static void format(LogFormat format) {
    System.setProperty(FORMAT, format.name());
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder(context));
    stderr.start();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(stderr);
    context.getLogger("org.eclipse.jgit").setLevel(Level.ERROR);
    context.getLogger("org.apache.sshd").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context) {
    if (LogFormat.JSON.name().equals(System.getProperty(FORMAT))) {
      JsonEncoder json = new JsonEncoder();
      json.setContext(context);
      json.start();
      return json;
    }
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setContext(context);
    // The journal stamps lines itself.
    String stamp = System.getenv("JOURNAL_STREAM") == null ? "%d{HH:mm:ss.SSS} " : "";
    text.setPattern(stamp + "%-5level %logger{0}: %msg%n");
    text.start();
    return text;
  }
}
