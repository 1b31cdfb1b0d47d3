package io.vipops.web;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A commit's state in GitHub's and Gitea's words. */
public enum CommitState {
  PENDING,
  SUCCESS,
  /** The commit is at fault. */
  FAILURE,
  /** The node is at fault, or it never came to an end. */
  ERROR;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** GitLab knows no difference between failure and error. */
  String gitlab() {
    return this == FAILURE || this == ERROR ? "failed" : word();
  }

  /** The other way round; empty: no such word. */
  public static Optional<CommitState> of(String word) {
    return Stream.of(values()).filter(it -> it.word().equals(word)).findFirst();
  }
}
