package io.vipops.git;

import java.io.IOException;

/** Something to mend on this host: its message is the whole line, whatever it was caused by. */
final class SettingFault extends IOException {
  private static final long serialVersionUID = 1L;

  SettingFault(String line) {
    super(line);
  }

  SettingFault(String line, Throwable cause) {
    super(line, cause);
  }
}
