package io.vipops.worker;

import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.spec.AgentConfig;
import java.io.IOException;

/** Which commits this node takes at all: those that descend from the last one it accepted. */
final class Admission {
  private final AgentConfig.Source source;
  private final Mirror mirror;
  private final History history;

  Admission(AgentConfig.Source source, Mirror mirror, History history) {
    this.source = source;
    this.mirror = mirror;
    this.history = history;
  }

  /**
   * Judges a fetched commit before anything of it is read.
   *
   * @throws Refusal if the branch was rewritten
   */
  void admit(Commit commit) throws GitFailure, Refusal {
    String accepted = history.accepted(anchor());
    if (accepted != null && !mirror.descends(commit.sha(), accepted)) {
      throw new Refusal(
          "branch "
              + source.branch()
              + " was rewritten: "
              + commit.shortSha()
              + " does not descend from the last accepted commit "
              + accepted.substring(0, 7)
              + ": push commits on top of that one",
          null);
    }
  }

  /** The commit is valid: later ones have to descend from it. */
  void accept(Commit commit) throws IOException {
    history.accept(commit, anchor());
  }

  private String anchor() {
    return mirror.shownUrl() + " " + source.branch();
  }
}
