package io.vipops.spec;

/**
 * A place in a source file.
 *
 * @param file as the user named it, or the path inside the commit
 * @param line from 1; 0 when the problem concerns the file as a whole
 * @param column from 1, in characters; 0 when the problem concerns the file as a whole
 */
public record Position(String file, int line, int column) {}
