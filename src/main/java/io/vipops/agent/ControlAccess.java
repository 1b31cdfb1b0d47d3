package io.vipops.agent;

import io.vipops.linux.Processes;
import io.vipops.linux.UnixConnection.Peer;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may ask what of a running agent. Whoever may open the socket may read. Root, the agent's own
 * user and the members of group {@code vipops} may change something, and that is logged with their
 * name. A member is a process that has the group, by the kernel's word: {@code /etc/group} knows
 * nothing of a service with {@code SupplementaryGroups=}, and knows members whose processes began
 * before they were.
 */
final class ControlAccess {
  private static final Logger LOG = LoggerFactory.getLogger("control");

  /** Commands that change nothing; any other, known or not, is taken for a change. */
  private static final Set<String> READ_ONLY = Set.of("status", "history");

  private static final String COMMAND_NAME = "[a-z-]{1,32}";

  private final int ownUser = Processes.ownUser();
  private final @Nullable Integer group;

  /**
   * @param group id of the group {@code vipops}; null: there is none
   */
  ControlAccess(@Nullable Integer group) {
    this.group = group;
  }

  /** Returns null when {@code peer} may, else the line that says why not. Logs changes. */
  @Nullable String refusal(Peer peer, String command) {
    if (READ_ONLY.contains(command)) {
      return null;
    }
    String shown = command.matches(COMMAND_NAME) ? command : "an unknown command";
    String who = who(peer);
    if (peer.user() == 0 || peer.user() == ownUser || isMember(peer)) {
      LOG.info("{} by {}", shown, who);
      return null;
    }
    LOG.warn("{} refused to {}", shown, who);
    return "only root and members of group vipops may "
        + shown
        + "; you are "
        + who
        + ", who may only see status and history (root can change that: usermod -aG vipops USER)";
  }

  private boolean isMember(Peer peer) {
    return group != null && peer.groups().contains(group);
  }

  private static String who(Peer peer) {
    String ids = "uid " + Integer.toUnsignedString(peer.user()) + ", pid " + peer.pid();
    return Processes.userName(peer.user())
        .map(name -> name + " (" + ids + ")")
        .orElse("a user without a name (" + ids + ")");
  }
}
