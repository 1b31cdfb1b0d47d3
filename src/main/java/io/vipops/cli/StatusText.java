package io.vipops.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status as a person on call reads it: VIPs first, then why, then what runs. */
final class StatusText {
  private final Terminal terminal;
  private final Instant now;

  StatusText(Terminal terminal, Instant now) {
    this.terminal = terminal;
    this.now = now;
  }

  void print(Map<String, @Nullable Object> status) {
    boolean healthy = "healthy".equals(status.get("health"));
    line(
        "%s  cluster %s  %s"
            .formatted(
                terminal.paint("bold", text(status, "node")),
                text(status, "cluster"),
                terminal.paint(
                    healthy ? "bold,fg(green)" : "bold,fg(red)", text(status, "health"))));
    for (Object reason : list(status.get("degraded_by"))) {
      line("  %s %s".formatted(terminal.paint("fg(red)", "!"), reason));
    }
    if (Boolean.TRUE.equals(map(status.get("agent")).get("drained"))) {
      line(
          "  %s drained: stays Backup until vipops undrain"
              .formatted(terminal.paint("fg(yellow)", "!")));
    }
    list(status.get("vrrp")).forEach(one -> instance(map(one)));
    list(status.get("checks")).forEach(one -> check(map(one)));
    list(status.get("upstreams")).forEach(one -> upstream(map(one)));
    generation(map(status.get("generation")), map(status.get("git")));
    map(status.get("web")).forEach((name, one) -> web(name, map(one)));
    terminal.out().flush();
  }

  private void instance(Map<?, ?> one) {
    String state = text(one, "state");
    boolean active = "active".equals(state);
    Map<?, ?> priority = map(one.get("priority"));
    String peer = one.get("active_peer") == null ? "" : "  active peer " + one.get("active_peer");
    line(
        "  %s %-10s %s  %s for %s%s"
            .formatted(
                terminal.paint(style(state), active ? "●" : "○"),
                text(one, "name"),
                (join(one.get("virtual_addresses")) + " " + join(one.get("excluded_addresses")))
                    .strip(),
                terminal.paint(style(state), state),
                age(one.get("since")),
                peer));
    line(
        "    %s"
            .formatted(
                terminal.paint(
                    "faint",
                    "%s; priority %s of %s; vrid %s v%s on %s"
                        .formatted(
                            text(one, "reason"),
                            priority.get("effective"),
                            priority.get("configured"),
                            text(one, "virtual_router_id"),
                            text(one, "version"),
                            text(one, "interface")))));
    list(one.get("interfaces")).forEach(it -> interfaceLine(map(it)));
  }

  private void interfaceLine(Map<?, ?> one) {
    String mark =
        Boolean.TRUE.equals(one.get("ok"))
            ? terminal.paint("fg(green)", "✓")
            : terminal.paint("fg(red)", "✗");
    line(
        "    %s tracks interface %s: %s, weight %s"
            .formatted(mark, text(one, "name"), text(one, "last"), one.get("weight")));
  }

  private static String style(String state) {
    return switch (state) {
      case "active" -> "bold,fg(green)";
      case "fault" -> "bold,fg(red)";
      default -> "bold";
    };
  }

  private void check(Map<?, ?> one) {
    Object ok = one.get("ok");
    String mark =
        ok == null
            ? terminal.paint("fg(yellow)", "?")
            : Boolean.TRUE.equals(ok)
                ? terminal.paint("fg(green)", "✓")
                : terminal.paint("fg(red)", "✗");
    line("  %s check %s: %s".formatted(mark, text(one, "name"), text(one, "last")));
  }

  private void upstream(Map<?, ?> one) {
    List<?> servers = list(one.get("servers"));
    long ready = servers.stream().filter(s -> "ready".equals(map(s).get("state"))).count();
    line(
        "  ⇉ upstream %s: %d of %d servers ready"
            .formatted(text(one, "name"), ready, servers.size()));
  }

  private void generation(Map<?, ?> generation, Map<?, ?> git) {
    if (!generation.isEmpty()) {
      line(
          "  generation %s %s for %s, commit %s %s"
              .formatted(
                  terminal.paint("bold", text(generation, "id")),
                  text(generation, "phase"),
                  age(generation.get("since")),
                  shortSha(generation.get("commit")),
                  terminal.paint("faint", subject(git))));
    }
    if (!git.isEmpty()) {
      line(
          "  git %s %s at %s, looked %s ago"
              .formatted(
                  text(git, "url"),
                  text(git, "branch"),
                  shortSha(git.get("head")),
                  age(git.get("fetched"))));
    }
  }

  /** Only what is wrong: how many addresses a node has is no news. */
  private void web(Object name, Map<?, ?> one) {
    if (one.get("error") != null) {
      line("  %s %s: %s".formatted(terminal.paint("fg(yellow)", "!"), name, one.get("error")));
    }
  }

  private static String subject(Map<?, ?> git) {
    return git.get("subject") == null
        ? ""
        : "\"%s\" by %s".formatted(git.get("subject"), git.get("author"));
  }

  private String age(@Nullable Object instant) {
    try {
      Duration age = Duration.between(Instant.parse(String.valueOf(instant)), now);
      long seconds = Math.max(0, age.toSeconds());
      if (seconds < 120) {
        return seconds + " s";
      }
      if (seconds < 7200) {
        return seconds / 60 + " min";
      }
      return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    } catch (DateTimeParseException e) {
      return "?";
    }
  }

  private static String shortSha(@Nullable Object sha) {
    String text = sha == null ? "none" : sha.toString();
    return text.length() > 7 ? text.substring(0, 7) : text;
  }

  private static String join(@Nullable Object list) {
    return String.join(" ", list(list).stream().map(String::valueOf).toList());
  }

  private static String text(Map<?, ?> map, String key) {
    return map.get(key) == null ? "-" : String.valueOf(map.get(key));
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private void line(String text) {
    terminal.out().println(text);
  }
}
