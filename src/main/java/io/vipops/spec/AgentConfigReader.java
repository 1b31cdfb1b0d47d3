package io.vipops.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code agent.yaml}, without the schema validator: the agent process must stay small. */
public final class AgentConfigReader {
  private AgentConfigReader() {}

  /**
   * What was read.
   *
   * @param config null where there is an error among the problems
   */
  public record Reading(@Nullable AgentConfig config, List<Problem> problems) {}

  /**
   * Reads the text of one agent.yaml.
   *
   * @param hostName the node's name where the file says none
   */
  public static Reading read(String file, byte[] bytes, String hostName) {
    throw new UnsupportedOperationException();
  }
}
