package io.vipops.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the lines of a spec accept by {@code # vipops:allow ID reason}. */
final class Allowances {
  /** Of the rules' ids; looked for only where a comment names none of them. */
  private static List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (RuleId rule : RuleId.values()) {
      ids.add(rule.id);
    }
    return ids;
  }

  /** A line, of a file, and a rule. */
  private record Place(String file, int line, RuleId rule) {}

  /** An acceptance that has accepted nothing yet, until {@link #accept} finds it. */
  private static final class Acceptance {
    private final Position at;
    private boolean used;

    Acceptance(Position at) {
      this.at = at;
    }
  }

  private final Map<Place, Acceptance> acceptances = new HashMap<>();
  private final List<Problem> problems;

  /** Takes the comments of a spec's files; what is wrong with one goes to the problems. */
  Allowances(List<AllowComment> comments, List<Problem> problems) {
    this.problems = problems;
    for (AllowComment comment : comments) {
      RuleId rule = RuleId.of(comment.id());
      String fault = fault(comment, rule);
      if (rule == null || fault != null) {
        remark(RuleId.BAD_ALLOW, comment.at(), String.valueOf(fault));
      } else {
        Place place = new Place(comment.at().file(), comment.at().line(), rule);
        acceptances.putIfAbsent(place, new Acceptance(comment.at()));
      }
    }
  }

  private static @Nullable String fault(AllowComment comment, @Nullable RuleId rule) {
    if (comment.id().isEmpty()) {
      return "name the rule and your reason: # vipops:allow ID reason";
    }
    if (rule == null) {
      return "there is no rule " + comment.id() + Closest.hint(comment.id(), ids());
    }
    if (!rule.force.acceptable) {
      return rule.id + " cannot be accepted: what breaks it has to be mended";
    }
    return comment.reason().isEmpty() ? "a reason is missing after " + rule.id : null;
  }

  /** Whether the line at {@code at} accepts what this rule finds. */
  boolean accept(Position at, RuleId rule) {
    Acceptance found =
        acceptances.isEmpty() ? null : acceptances.get(new Place(at.file(), at.line(), rule));
    if (found == null) {
      return false;
    }
    found.used = true;
    return true;
  }

  /** Reports what accepted nothing, once every rule has been asked. */
  void reportStale() {
    for (Map.Entry<Place, Acceptance> entry : acceptances.entrySet()) {
      if (!entry.getValue().used) {
        String rule = entry.getKey().rule().id;
        String message = rule + " finds nothing on this line: remove the comment";
        remark(RuleId.STALE_ALLOW, entry.getValue().at, message);
      }
    }
  }

  private void remark(RuleId rule, Position at, String message) {
    problems.add(new Problem(rule.force.severity, rule.id, at, message));
  }
}
