package io.vipops.engine;

import io.vipops.vrrp.Instance;

/**
 * An instance as the configuration has it, and as the loop runs it.
 *
 * @param shown without secrets that were not in the configuration itself; what status tells
 * @param run the same with its password read
 */
record Configured(Instance shown, Instance run) {}
