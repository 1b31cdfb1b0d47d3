package io.vipops.web;

import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One address that the server listens on.
 *
 * @param name for the log, e.g. {@code webhook}
 * @param mostBody longest body of a request, in bytes
 * @param closedBecause what keeps it closed for now, in one line; null: it may be open
 */
record Listener(
    String name,
    InetSocketAddress address,
    int mostBody,
    HttpHandler handler,
    Supplier<@Nullable String> closedBecause) {}
