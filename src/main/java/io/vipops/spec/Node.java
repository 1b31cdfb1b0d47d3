package io.vipops.spec;

import java.net.InetAddress;

/**
 * One load balancer.
 *
 * @param maintenance hand every VIP over and stay Backup
 * @param hold keep what runs; take no commit but the one that unsets this
 */
public record Node(
    String name, InetAddress address, String interfaceName, boolean maintenance, boolean hold) {}
