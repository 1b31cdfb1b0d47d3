package io.vipops.vrrp;

import java.net.InetAddress;

/**
 * What an advertisement for one instance of a sync group means to the first of the group.
 *
 * @param member the instance that it was for
 * @param priority 0-255
 * @param tieLost whether an equal priority wins against us on that LAN, by its address
 * @param degraded whether its sender says that its own checks fail, and we would replace it there
 */
public record Overheard(
    String member, int priority, InetAddress source, boolean tieLost, boolean degraded) {}
