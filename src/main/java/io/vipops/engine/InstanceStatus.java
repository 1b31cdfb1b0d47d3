package io.vipops.engine;

import io.vipops.spec.TrackedInterface;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How one instance stands.
 *
 * @param activePeer address of the node whose adverts were heard last, while this one is Backup
 * @param discarded packets not acted on, by reason: {@code ttl}, {@code checksum}, ...
 * @param checksum form of the checksum that is sent, in words; null: there is no choice
 * @param learnedChecksum the same where the peers taught it; null: they did not
 * @param rival address of another Active, while this one is Active; null: none
 * @param contests how often another Active turned up while this one was Active
 */
public record InstanceStatus(
    Instance instance,
    State state,
    Instant since,
    String reason,
    int effectivePriority,
    @Nullable String activePeer,
    long transitions,
    long sent,
    long received,
    SortedMap<String, Long> discarded,
    List<Tracked> interfaces,
    @Nullable String checksum,
    @Nullable Checksum learnedChecksum,
    @Nullable String rival,
    long contests) {

  /** The virtual router's name over restarts, whatever the instance is called. */
  public String router() {
    return router(instance);
  }

  static String router(Instance instance) {
    return instance.identity().toString();
  }

  /**
   * An interface that the instance tracks.
   *
   * @param problem in words that name it; null: it is up
   */
  public record Tracked(TrackedInterface tracked, @Nullable String problem) {}
}
