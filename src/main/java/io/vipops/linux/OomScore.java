package io.vipops.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * Whom the kernel ends first when memory runs out: oom_score_adj of proc(5), which children
 * inherit. Agent and worker have scores of their own that nobody else is to have.
 */
public final class OomScore {
  private OomScore() {}

  /**
   * {@code command}, but with the score that processes have by themselves, 0. Set by the process
   * before it becomes {@code command}: children of it would not get what is set from outside later.
   * Where it may not be set, the command runs as it is.
   */
  public static List<String> neutral(List<String> command) {
    List<String> all = new ArrayList<>();
    all.add("/bin/sh");
    all.add("-c");
    all.add("echo 0 2> /dev/null > /proc/self/oom_score_adj; exec \"$@\"");
    all.add("sh");
    all.addAll(command);
    return all;
  }
}
