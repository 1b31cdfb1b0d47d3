package io.vipops.worker;

import org.jspecify.annotations.Nullable;

/** A commit that this node does not take, by the commit's own fault. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable String problems;

  Refusal(String line, @Nullable String problems) {
    super(line);
    this.problems = problems;
  }

  String line() {
    return String.valueOf(getMessage());
  }

  @Nullable String problems() {
    return problems;
  }
}
