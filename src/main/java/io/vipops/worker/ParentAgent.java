package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.channel.Channel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The agent, as its child sees it: does the VRRP half, watches the steps, keeps the report. */
final class ParentAgent implements Vrrp, Steps, Drift.AgentsHalf {
  /** A removed instance hands over first, which may take 5 s. */
  private static final long ANSWER_S = 30;

  private final Channel channel;

  ParentAgent(Channel channel) {
    this.channel = channel;
  }

  @Override
  public void check(Path file) throws ApplyFailure, InterruptedException {
    var unused = ask("vrrp.check", "test", file);
  }

  @Override
  public void apply(Path file) throws ApplyFailure, InterruptedException {
    var unused = ask("vrrp.apply", "converge", file);
  }

  @Override
  public void nginxProven(String generation) {
    channel.tell("nginx.proven", Map.of("generation", generation));
  }

  @Override
  public void begin(String name, Duration deadline) {
    channel.tell("step", Map.of("name", name, "deadline_ms", deadline.toMillis()));
  }

  void report(Map<String, @Nullable Object> report) {
    channel.tell("report", report);
  }

  void event(String line) {
    channel.tell("event", Map.of("line", line));
  }

  @Override
  public List<String> compare(Path vrrpFile) throws ApplyFailure, InterruptedException {
    return ask("vrrp.compare", "drift", vrrpFile).get("lines") instanceof List<?> lines
        ? lines.stream().map(String::valueOf).toList()
        : List.of();
  }

  @Override
  public void restore(Path vrrpFile) throws ApplyFailure, InterruptedException {
    var unused = ask("vrrp.restore", "drift", vrrpFile);
  }

  /** What {@code vipops status --json} shows. */
  CompletableFuture<Map<String, @Nullable Object>> status() {
    return channel.request("status", Map.of());
  }

  private Map<String, @Nullable Object> ask(String request, String step, Path file)
      throws ApplyFailure, InterruptedException {
    Map<String, @Nullable Object> reply;
    try {
      reply =
          channel.request(request, Map.of("file", file.toString())).get(ANSWER_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new ApplyFailure(Fault.HOST, step + ": VRRP: the agent is gone");
    } catch (TimeoutException e) {
      throw new ApplyFailure(
          Fault.HOST, step + ": VRRP: no answer from the agent in " + ANSWER_S + " s");
    }
    Object error = reply.get("error");
    if (error != null) {
      boolean commits = "commit".equals(reply.get("fault"));
      throw new ApplyFailure(commits ? Fault.COMMIT : Fault.HOST, step + ": VRRP: " + error);
    }
    return reply;
  }
}
