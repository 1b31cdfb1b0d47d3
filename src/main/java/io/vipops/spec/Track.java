package io.vipops.spec;

/**
 * A check that an instance follows.
 *
 * @param weight added to the priority: negative while the check fails, positive while it passes; 0:
 *     a failure means Fault. -253 to 253
 */
public record Track(String check, int weight) {}
