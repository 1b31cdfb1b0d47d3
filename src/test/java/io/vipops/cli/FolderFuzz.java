package io.vipops.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Any bytes as a folder of two files, divided at the first line {@code %%}. */
public final class FolderFuzz {
  private static final String MARK = "\n%%\n";
  private static final Path FOLDER = FuzzRun.folder();

  private FolderFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    int mark = new String(input, StandardCharsets.ISO_8859_1).indexOf(MARK);
    int end = mark < 0 ? input.length / 2 : mark + 1;
    int start = mark < 0 ? end : mark + MARK.length();
    FuzzRun.write(FOLDER.resolve("a.yaml"), Arrays.copyOf(input, end));
    FuzzRun.write(FOLDER.resolve("b.yaml"), Arrays.copyOfRange(input, start, input.length));
    FuzzRun.validate(Validation.Format.sarif, FOLDER, new byte[0]);
  }
}
