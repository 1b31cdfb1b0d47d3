package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/**
 * A virtual IP address (VIP).
 *
 * @param label the interface alias it shows under, e.g. {@code eth0:1}; at most 15 characters
 */
public record VirtualAddress(Prefix prefix, @Nullable String label) {}
