package io.vipops.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bytes to a cluster: YAML, schema, rules; all problems at once. */
public final class SpecReader {
  private SpecReader() {}

  /** One file of a spec, named as the user knows it. */
  public record SourceFile(String name, byte[] bytes) {}

  /**
   * What was read.
   *
   * @param spec null where there is an error among the problems
   * @param problems in the order of their positions
   */
  public record Reading(@Nullable Spec spec, List<Problem> problems) {}

  /** Reads one spec, of one file or of all files of a folder. */
  public static Reading read(List<SourceFile> files) {
    throw new UnsupportedOperationException();
  }
}
