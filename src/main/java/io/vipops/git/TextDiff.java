package io.vipops.git;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;

/** The difference of two texts as people know it from Git. */
public final class TextDiff {
  private static final int CONTEXT_LINES = 3;

  private TextDiff() {}

  /** The hunks of the unified difference, without a heading; empty: the texts are the same. */
  public static String unified(String before, String after) {
    GitSystem.install();
    RawText old = new RawText(before.getBytes(StandardCharsets.UTF_8));
    RawText next = new RawText(after.getBytes(StandardCharsets.UTF_8));
    EditList edits = new HistogramDiff().diff(RawTextComparator.DEFAULT, old, next);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DiffFormatter formatter = new DiffFormatter(out)) {
      formatter.setContext(CONTEXT_LINES);
      formatter.format(edits, old, next);
      formatter.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // into memory
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
