package io.vipops.apply;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** {@code nginx -t}: nginx's verdict on a configuration file, and whose fault a refusal is. */
final class NginxVerdict {
  /** nginx prints errno for what the host lacks: {@code open() "…" failed (2: No such file …)}. */
  private static final Pattern ERRNO = Pattern.compile("\\(\\d+: [^)]+\\)");

  /** {@code nginx.user} of agent.yaml does not exist; nginx leaves the errno out. */
  private static final Pattern USER_DATABASE = Pattern.compile("\\bget(pw|gr)nam\\(");

  private NginxVerdict() {}

  /**
   * The command that tests {@code conf}.
   *
   * @param more of nginx's command line
   */
  static List<String> command(Path binary, Path conf, String... more) {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "-t", "-c", conf.toString()));
    command.addAll(List.of(more));
    return command;
  }

  /**
   * Judges how the test ended.
   *
   * @throws ApplyFailure of the commit if nginx refuses the file, of the host if the host lacks
   *     something
   */
  static void judge(Finished test) throws ApplyFailure {
    if (test.ok()) {
      return;
    }
    String reason = reason(test.output());
    if (test.code() > 1) {
      throw new ApplyFailure(
          Fault.HOST, "nginx -t: ended with exit code " + test.code() + ": " + reason);
    }
    Fault fault = isAboutTheFile(test, reason) ? Fault.COMMIT : Fault.HOST;
    throw new ApplyFailure(fault, "nginx -t: " + reason);
  }

  /** nginx cannot be run. */
  static ApplyFailure cannotRun(Path binary, IOException e) {
    return new ApplyFailure("nginx -t: cannot run " + binary + ": install nginx", e);
  }

  /** Only nginx's own verdict is the commit's fault: killed, or without a file or user, is not. */
  private static boolean isAboutTheFile(Finished test, String reason) {
    return test.code() == 1
        && test.output().contains("[emerg]")
        && !ERRNO.matcher(reason).find()
        && !USER_DATABASE.matcher(reason).find();
  }

  /** nginx's first complaint, without the tool's own name and the closing line. */
  static String reason(String output) {
    for (String line : output.lines().toList()) {
      if (line.contains("[emerg]") || line.contains("[alert]") || line.contains("[crit]")) {
        return line.replaceFirst("^nginx: ", "")
            .replaceFirst("^(.*?\\d+#\\d+: |\\[\\w+\\] )", "")
            .strip();
      }
    }
    return output.isEmpty() ? "no reason given" : output.lines().findFirst().orElse(output);
  }
}
