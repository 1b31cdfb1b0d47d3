package io.vipops.web;

import java.util.Map;

/**
 * What only the worker counts, since it began.
 *
 * @param passes by outcome
 * @param stepMs milliseconds by step
 * @param webhooks by result
 * @param reports commit statuses by result
 * @param waiting commit statuses that were not taken yet
 */
public record WorkerCounts(
    Map<String, Long> passes,
    Map<String, Long> stepMs,
    Map<String, Long> webhooks,
    Map<String, Long> reports,
    int waiting) {}
