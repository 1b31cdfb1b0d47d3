package io.vipops.engine;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How one instance stands.
 *
 * @param activePeer address of the node whose adverts were heard last, while this one is Backup
 * @param discarded packets not acted on, by reason: {@code ttl}, {@code checksum}, ...
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
    SortedMap<String, Long> discarded) {}
