package io.vipops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the terminal can show. */
final class Terminal {
  static final int OUT = 1;
  static final int ERR = 2;

  private Terminal() {}

  /**
   * Whether a person looks at this descriptor, who has not asked for plain text
   * (https://no-color.org). System.console() would say yes to a pipe from Java 22 on.
   */
  static boolean hasColour(int descriptor) {
    String no = System.getenv("NO_COLOR");
    if ((no != null && !no.isEmpty()) || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      Path device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return device.startsWith("/dev/pts") || device.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** The text in green or red. */
  static String colour(String text, boolean good) {
    return "\u001b[" + (good ? "32m" : "31m") + text + "\u001b[0m";
  }
}
