package io.vipops.spec;

/**
 * A valid cluster and where each part of it was written.
 *
 * @param source finds the line of a part for the manifest's line map
 */
public record Spec(Cluster cluster, SourceMap source) {}
