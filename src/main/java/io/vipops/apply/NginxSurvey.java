package io.vipops.apply;

import io.vipops.probe.NginxMaster;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What nginx is on this host before vipops changes anything.
 *
 * @param version e.g. {@code 1.22.1}
 * @param master the verified master, or why there is none
 * @param listens the sockets that the present configuration names, as written there
 * @param refusal what {@code nginx -t} has against the present configuration; null: nothing
 * @param obstacle why vipops could not run this nginx as agent.yaml describes it; null: nothing
 */
public record NginxSurvey(
    String version,
    NginxMaster master,
    Set<String> listens,
    @Nullable String refusal,
    @Nullable String obstacle) {
  private static final Duration COMMAND = Duration.ofSeconds(30);
  private static final Pattern VERSION = Pattern.compile("nginx version: \\S+?/(\\S+)");
  private static final Pattern COMMENT = Pattern.compile("(?m)(?:^|\\s)#.*$");
  private static final Pattern LISTEN = Pattern.compile("[;{}]\\s*listen\\s+([^;{}]+);");
  private static final Pattern PID = Pattern.compile("(?m)(?:^|[;{}])\\s*pid\\s+([^\\s;]+)\\s*;");
  private static final Pattern PID_COMPILED_IN = Pattern.compile("--pid-path=(\\S+)");
  private static final Pattern OTHER_FILE = Pattern.compile(" -c ?(\\S+)");

  /**
   * Looks; leaves no trace.
   *
   * @param conf the configuration that nginx has now; need not exist
   * @throws ApplyFailure if there is no nginx to run
   */
  static NginxSurvey of(AgentConfig.Nginx config, Path conf)
      throws ApplyFailure, InterruptedException {
    Leftovers leftovers = Leftovers.fromNow();
    String build = run(config.binary(), "-V").output();
    NginxMaster master = NginxMaster.find(config.pid(), config.binary());
    if (!Files.exists(conf)) {
      return new NginxSurvey(first(VERSION, build, "?"), master, Set.of(), null, null);
    }
    Finished dump = run(config.binary(), "-T", "-c", conf.toString());
    String text = dump.ok() ? COMMENT.matcher(dump.output()).replaceAll("") : "";
    try {
      leftovers.remove(build, text.isEmpty() ? Files.readString(conf) : text);
    } catch (IOException e) {
      throw new ApplyFailure("cannot remove what nginx -t left behind: " + e, e);
    }
    Set<String> listens = new TreeSet<>();
    for (Matcher listen = LISTEN.matcher(text); listen.find(); ) {
      listens.add(listen.group(1).strip().split("\\s+", 2)[0]);
    }
    return new NginxSurvey(
        first(VERSION, build, "?"),
        master,
        listens,
        dump.ok() ? null : NginxVerdict.reason(dump.output()),
        dump.ok() ? obstacle(config, master, text, build) : null);
  }

  /** On one line, for people. */
  public String line() {
    String sockets = listens.isEmpty() ? "no socket" : String.join(", ", listens);
    String runs = master.text() + (master.pid().isPresent() ? " runs" : "");
    return "nginx " + version + ", " + runs + "; its configuration listens on " + sockets;
  }

  private static @Nullable String obstacle(
      AgentConfig.Nginx config, NginxMaster master, String text, String build) {
    String pid = first(PID, text, first(PID_COMPILED_IN, build, config.pid().toString()));
    if (!isSame(Path.of("/").resolve(pid), config.pid())) {
      return "nginx writes its pid to "
          + pid
          + ", but agent.yaml says nginx.pid: "
          + config.pid()
          + "; make them the same";
    }
    if (master.pid().isPresent()) {
      String other = first(OTHER_FILE, commandLine(master.pid().getAsLong()), "");
      if (!other.isEmpty() && !isSame(Path.of(other), config.config())) {
        return "nginx was started with "
            + other
            + ", but agent.yaml says nginx.config: "
            + config.config()
            + "; make them the same";
      }
    }
    return null;
  }

  /** {@code /var/run} is a link to {@code /run} on most hosts. */
  private static boolean isSame(Path a, Path b) {
    return normal(a).equals(normal(b));
  }

  private static Path normal(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      return folder == null ? file : folder.toRealPath().resolve(file.getFileName());
    } catch (IOException e) {
      return file.toAbsolutePath().normalize();
    }
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }

  private static String first(Pattern pattern, String text, String otherwise) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : otherwise;
  }

  private static Finished run(Path binary, String... arguments)
      throws ApplyFailure, InterruptedException {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(List.of(arguments));
    try {
      return Finished.run(command, COMMAND);
    } catch (IOException e) {
      throw new ApplyFailure("cannot run " + binary + ": install nginx", e);
    }
  }
}
