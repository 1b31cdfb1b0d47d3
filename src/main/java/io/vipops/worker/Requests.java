package io.vipops.worker;

import io.vipops.channel.Channel;
import io.vipops.git.GitFailure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent asks for. Most is done at once; what needs a pass waits here until it is made:
 * each call is answered, whatever happens.
 */
final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);
  private static final int SHOWN_PASSES = 20;

  private final Inbox inbox;
  private final History history;
  private final Verdicts verdicts;
  private final Reconciler reconciler;
  private final Report report;
  private final Schedule schedule;
  private final StateFolder folder;
  private final List<Channel.Call> syncs = new ArrayList<>();
  private final Deque<Channel.Call> rollbacks = new ArrayDeque<>();

  Requests(
      Inbox inbox,
      History history,
      Verdicts verdicts,
      Reconciler reconciler,
      Report report,
      Schedule schedule,
      StateFolder folder) {
    this.inbox = inbox;
    this.history = history;
    this.verdicts = verdicts;
    this.reconciler = reconciler;
    this.report = report;
    this.schedule = schedule;
    this.folder = folder;
  }

  /** Those who wait for the end of a pass. */
  List<Channel.Call> syncs() {
    return List.copyOf(syncs);
  }

  /** They have their outcome. */
  void answered(List<Channel.Call> calls) {
    syncs.removeAll(calls);
  }

  /** The first that wants a rollback, which is the caller's to answer; null: nobody does. */
  Channel.@Nullable Call takeRollback() {
    return rollbacks.poll();
  }

  boolean isRollbackAsked() {
    return !rollbacks.isEmpty();
  }

  /** Whether somebody waits for an outcome. */
  boolean isAsked() {
    return !syncs.isEmpty() || isRollbackAsked();
  }

  /** Says to all who wait that it cannot be. */
  void refuse(String line) {
    syncs.forEach(call -> call.fail(line));
    syncs.clear();
    rollbacks.forEach(call -> call.fail(line));
    rollbacks.clear();
  }

  /** Does all that can be done at once, and keeps the rest. */
  void serve() {
    if (inbox.takeHint() && !history.isPaused()) {
      schedule.soon();
    }
    for (Channel.Call call : inbox.takeAll()) {
      try {
        serve(call);
      } catch (IOException e) {
        call.fail(call.type + ": " + folder.failed(e));
      } catch (RuntimeException e) {
        LOG.error("a fault in vipops itself", e);
        call.fail(call.type + ": a fault in vipops itself: " + e);
      }
    }
  }

  private void serve(Channel.Call call) throws IOException {
    switch (call.type) {
      case "sync" -> syncs.add(call);
      case "pause" -> {
        history.setPaused(true);
        done(call, "paused: commits are left alone until vipops resume");
      }
      case "resume" -> {
        done(call, resumeCommits());
      }
      case "history" ->
          call.reply(
              history.shown(call.body.get("n") instanceof Long n ? n.intValue() : SHOWN_PASSES));
      case "rollback" -> rollbacks.add(call);
      case "retry" -> {
        done(call, verdicts.retry());
        schedule.now();
      }
      case "accept-rewrite" -> acceptRewrite(call);
      default -> call.fail("the worker knows no request " + call.type);
    }
  }

  /** Ends a pause and a pin. */
  private String resumeCommits() throws IOException {
    Pin pin = history.pin();
    history.resume();
    schedule.now();
    if (pin == null) {
      return "resumed";
    }
    report.unpinned();
    return "resumed: generation " + pin.generation() + " is no longer pinned, the branch is next";
  }

  private void acceptRewrite(Channel.Call call) throws IOException {
    try {
      String line = reconciler.acceptRewrite(String.valueOf(call.body.get("commit")));
      done(call, line + (history.isPaused() ? "" : ": it is taken now"));
      schedule.now();
    } catch (Refusal e) {
      call.fail(e.line());
    } catch (GitFailure e) {
      call.fail(e.line());
    }
  }

  private void done(Channel.Call call, String line) {
    LOG.info("{}", line);
    report.send();
    call.reply(Map.of("ok", true, "line", line));
  }
}
