package io.vipops.report;

import java.nio.file.Path;
import java.util.List;

/**
 * Everything that one run found.
 *
 * @param strict whether warnings are findings, too
 * @param version of the vipops that looked
 * @param folder absolute; files beneath it are named relative to it, as CI systems want them
 */
public record Report(List<Checked> specs, boolean strict, String version, Path folder) {

  /** Whether every spec is valid. */
  public boolean valid() {
    for (Checked spec : specs) {
      if (!spec.valid(strict)) {
        return false;
      }
    }
    return true;
  }

  /** {@code file} relative to the folder where it is beneath it; else as the user named it. */
  String name(String file) {
    Path absolute = folder.resolve(file).normalize();
    boolean beneath = absolute.startsWith(folder) && !absolute.equals(folder);
    return beneath ? folder.relativize(absolute).toString() : file;
  }
}
