package io.vipops.worker;

import io.vipops.channel.Channel;
import io.vipops.spec.AgentConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker whose state folder cannot be opened yet: it says so, and to whoever asks. */
final class Unopened {
  private static final Logger LOG = LoggerFactory.getLogger(Unopened.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(2);

  private final AgentConfig config;
  private final Inbox inbox;
  private final ParentAgent agent;
  private final Conditions conditions = new Conditions();
  private String said = "";

  Unopened(AgentConfig config, Inbox inbox, ParentAgent agent) {
    this.config = config;
    this.inbox = inbox;
    this.agent = agent;
  }

  /** Waits until it is worth another try. */
  void await(String line) throws InterruptedException {
    if (!line.equals(said)) {
      said = line;
      LOG.warn("{}; what is in force stays in force", line);
      Instant now = Instant.now();
      conditions.set(Conditions.READY, false, "Failed", line, now);
      conditions.set(Conditions.STALLED, true, "Storage", line, now);
      agent.report(
          Map.of("cluster", config.node(), "paused", false, "conditions", conditions.shown()));
    }
    agent.begin("idle", TRY_AGAIN.multipliedBy(10));
    inbox.await(TRY_AGAIN.toNanos());
    List<Channel.Call> asked = inbox.takeAll();
    asked.forEach(call -> call.fail(line));
  }
}
