package io.vipops.spec;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One load balancer.
 *
 * @param nginxVersion of the nginx that it runs; null: unknown
 * @param maintenance hand every VIP over and stay Backup
 * @param hold keep what runs; take no commit but the one that unsets this
 */
public record Node(
    String name,
    InetAddress address,
    String interfaceName,
    @Nullable NginxVersion nginxVersion,
    boolean maintenance,
    boolean hold) {}
