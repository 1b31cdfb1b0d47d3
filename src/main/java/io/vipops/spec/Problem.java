package io.vipops.spec;

/**
 * One thing wrong with a spec or a configuration file.
 *
 * @param rule the stable id, e.g. {@code vrid-twice}; see {@code vipops explain-rule}
 * @param message what is wrong and what to do about it, one line, no trailing full stop
 */
public record Problem(Severity severity, String rule, Position position, String message) {}
