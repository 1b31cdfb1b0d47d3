package io.vipops.spec;

import java.time.Duration;

/**
 * How a commit is taken into force.
 *
 * @param settle how long a proven generation is watched before it counts as applied
 */
public record Rollout(Duration settle) {}
