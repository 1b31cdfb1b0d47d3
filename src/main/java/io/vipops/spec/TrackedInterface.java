package io.vipops.spec;

/**
 * An interface that an instance follows. It is down without carrier, switched off or missing.
 *
 * @param weight added to the priority: negative while it is down, positive while it is up; 0: down
 *     means Fault. -253 to 253
 */
public record TrackedInterface(String name, int weight) {}
