package io.vipops.render;

import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.RuleId;
import io.vipops.spec.Severity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What nginx says of a rendered file, led back to the line of the spec that is behind it. */
public final class NginxComplaint {
  /** nginx's own place, e.g. {@code in /var/lib/…/nginx.conf:12}. */
  private static final Pattern PLACE = Pattern.compile(" in \\S*/nginx\\.conf:([0-9]{1,9})");

  /** nginx looks variables up after it has read the file, and then names no line. */
  private static final Pattern VARIABLE = Pattern.compile("unknown \"(\\w+)\" variable");

  private NginxComplaint() {}

  /** The problem in the spec; empty if the complaint leads to no line that the spec says. */
  public static Optional<Problem> traced(String complaint, Rendering rendering) {
    List<Position> lines = rendering.lines().getOrDefault(Renderer.NGINX_CONF, List.of());
    int line = line(complaint, rendering);
    if (line < 1 || line > lines.size() || lines.get(line - 1).line() == 0) {
      return Optional.empty();
    }
    String message = PLACE.matcher(complaint).replaceFirst("").strip();
    return Optional.of(
        new Problem(Severity.ERROR, RuleId.NGINX_TEST.id, lines.get(line - 1), message));
  }

  /** The rendered line, from 1; 0: none is named. */
  private static int line(String complaint, Rendering rendering) {
    Matcher place = PLACE.matcher(complaint);
    if (place.find()) {
      return Integer.parseInt(place.group(1));
    }
    Matcher variable = VARIABLE.matcher(complaint);
    byte[] conf = rendering.generation().files().get(Renderer.NGINX_CONF);
    if (conf == null || !variable.find()) {
      return 0;
    }
    Pattern use = Pattern.compile("\\$\\{?" + variable.group(1) + "\\b");
    List<String> text = new String(conf, StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < text.size(); i++) {
      if (use.matcher(text.get(i)).find()) {
        return i + 1;
      }
    }
    return 0;
  }
}
