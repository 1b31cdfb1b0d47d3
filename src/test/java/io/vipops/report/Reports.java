package io.vipops.report;

import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader;
import io.vipops.spec.SpecReader.SourceFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reports of real readings, for tests. */
final class Reports {
  static final Path FOLDER = Path.of("/srv/checkout");

  private Reports() {}

  static String classic() throws Exception {
    return Files.readString(Path.of("examples/classic/cluster.yaml"));
  }

  /** The classic spec with an unknown key on line 36, column 10. */
  static String typo() throws Exception {
    return classic().replace("port:", "prot:");
  }

  /** The classic spec with one server, which is a warning. */
  static String warning() throws Exception {
    return classic().replaceAll("      - 10.0.0.10[234]:80\n", "");
  }

  static Checked checked(String name, String text) {
    List<SourceFile> files = List.of(new SourceFile(name, text.getBytes(StandardCharsets.UTF_8)));
    return new Checked(name, SpecReader.read(files).problems(), new SourceLines(files), null);
  }

  static Report of(Checked... specs) {
    return new Report(List.of(specs), false, "1.2.3", FOLDER);
  }

  static Report strict(Checked... specs) {
    return new Report(List.of(specs), true, "1.2.3", FOLDER);
  }

  /**
   * Of everything there is: clean, an error, a warning, unreadable, and names that need quoting.
   */
  static Report mixed() throws Exception {
    return of(
        checked("ok.yaml", classic()),
        checked("odd, 100%:ü <&>\"\n.yaml", typo()),
        checked("./sub/../warn.yaml", warning()),
        checked("empty.yaml", ""),
        checked("many.yaml", "version: 1\ncluster: [\"\u0001\"]\n"),
        checked("unicode.yaml", "version: 1\n\"\uD83D\uDE00\": 1\n"),
        Checked.unreadable("none.yaml", "none.yaml: no such file or folder"));
  }
}
