package io.vipops.web;

import io.vipops.json.Json;
import io.vipops.trust.SecretFile;
import io.vipops.trust.UnusableFileException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a Git server's word that somebody has pushed: for no more than a hint to look at the branch
 * now. What it says is in force nowhere.
 *
 * <p>One that is sent again by a stranger who saw it does nothing for as long as {@link SeenBefore}
 * keeps it, where something that is signed tells it from every other: the id, if that is signed
 * with its time, else a body that names the commit that was pushed. An id that is not signed tells
 * nothing, for the stranger may write another. A body that is the same each time, such as a bare
 * ping, is heard each time: sent again, it costs one look, and the schedule takes no more than one
 * in a second whoever asks.
 */
final class Webhook implements HttpHandler {
  static final int MOST_BODY = 1 << 20;

  /** So many at once, and one more each second; the rest is told to come later. */
  static final int BURST = 10;

  private static final byte[] NOTHING = {};
  private static final long REFILL_NS = TimeUnit.SECONDS.toNanos(1);

  private final SecretFile secret;
  private final String ref;
  private final Runnable hint;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final SeenBefore seen = new SeenBefore();
  private final Tally answers = new Tally();

  /** When the bucket is full again. */
  private long fullNs;

  /**
   * @param branch pushes to others are none of this node's business
   * @param hint called for each push that is one, from the server's thread; must not wait
   */
  Webhook(SecretFile secret, String branch, Runnable hint, Clock clock, LongSupplier nanoTime) {
    this.secret = secret;
    this.ref = "refs/heads/" + branch;
    this.hint = hint;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.fullNs = nanoTime.getAsLong();
  }

  /** Why it cannot be open; null: it can. */
  @Nullable String closedBecause() {
    try {
      String unused = secret.read();
      return null;
    } catch (UnusableFileException e) {
      return e.line();
    }
  }

  /** How many were answered in which way. */
  Map<String, Long> answers() {
    return answers.shown();
  }

  @Override
  public void handle(HttpRequest request, Consumer<HttpResponse> answer) {
    answer.accept(answer(request));
  }

  private HttpResponse answer(HttpRequest request) {
    if (!request.method().equals("POST")) {
      return counted("refused", HttpResponse.line(405, "POST only").with("Allow", "POST"));
    }
    try {
      if (!WebhookSignature.holds(request, secret.read(), clock.instant())) {
        return counted("unauthorized", HttpResponse.line(401, "unauthorized"));
      }
    } catch (UnusableFileException e) {
      return counted("refused", HttpResponse.line(503, "closed"));
    }
    if (!isPush(request)) {
      return counted("ignored", HttpResponse.line(200, "not a push"));
    }
    byte[] payload = payload(request);
    String pushed = Json.topLevelText(payload, "ref");
    if (pushed != null && !pushed.equals(ref)) {
      return counted("ignored", HttpResponse.line(200, "another branch"));
    }
    byte[] identity = identity(request, payload);
    if (identity != null && seen.note(identity, nanoTime.getAsLong())) {
      return counted("repeated", HttpResponse.line(200, "seen before"));
    }
    hint.run(); // also beyond the rate: looks are bounded of themselves, and the last push counts
    if (!takeToken()) {
      HttpResponse later = HttpResponse.line(429, "too many").with("Retry-After", "1");
      return counted("limited", later);
    }
    return counted("accepted", HttpResponse.line(202, "looking"));
  }

  private HttpResponse counted(String result, HttpResponse response) {
    answers.add(result, 1);
    return response;
  }

  private boolean takeToken() {
    long nowNs = nanoTime.getAsLong();
    long next = (fullNs - nowNs < 0 ? nowNs : fullNs) + REFILL_NS;
    if (next - nowNs > BURST * REFILL_NS) {
      return false;
    }
    fullNs = next;
    return true;
  }

  /** Somebody with no event header means a push, for what else is there. */
  private static boolean isPush(HttpRequest request) {
    String gitlab = request.header("x-gitlab-event");
    if (gitlab != null) {
      return gitlab.equals("Push Hook") || gitlab.equals("System Hook");
    }
    String gitea = request.header("x-gitea-event");
    String event = gitea == null ? request.header("x-github-event") : gitea;
    return event == null || event.equals("push");
  }

  /** What no other has, and is signed; null: there is no such thing. */
  private static byte @Nullable [] identity(HttpRequest request, byte[] payload) {
    String signedId = WebhookSignature.signedId(request);
    if (signedId != null) {
      return signedId.getBytes(StandardCharsets.UTF_8);
    }
    return Json.topLevelText(payload, "after") == null ? null : request.body();
  }

  /** The JSON of it, if it is any. */
  private static byte[] payload(HttpRequest request) {
    byte[] body = request.body();
    String type = String.valueOf(request.header("content-type"));
    if (!type.startsWith("application/x-www-form-urlencoded")) {
      return body;
    }
    String form = new String(body, StandardCharsets.ISO_8859_1);
    if (!form.startsWith("payload=")) {
      return NOTHING;
    }
    try {
      form = URLDecoder.decode(form.substring("payload=".length()), StandardCharsets.UTF_8);
      return form.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return NOTHING;
    }
  }
}
