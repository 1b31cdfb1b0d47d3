package io.vipops.spec;

import java.time.Duration;
import java.util.List;

/**
 * What decides whether a node may be Active. Passes when all its probes pass.
 *
 * @param probes at least one
 * @param rise passes in a row until the check passes; at least 1
 * @param fall failures in a row until it fails; at least 1
 * @param weight for instances that track it without a weight of their own; -253 to 253
 */
public record Check(
    String name,
    List<Probe> probes,
    Duration interval,
    Duration timeout,
    int rise,
    int fall,
    int weight) {}
