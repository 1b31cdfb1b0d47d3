package io.vipops.spec;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port that nginx serves over HTTP.
 *
 * @param addresses empty: all
 * @param redirectTo the listener that every request is sent to; null: none
 */
public record Listener(
    String name, int port, List<InetAddress> addresses, @Nullable String redirectTo) {}
