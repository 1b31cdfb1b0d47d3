package io.vipops.apply;

import io.vipops.render.Manifest;
import io.vipops.render.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which line of the spec is behind a complaint of nginx's about a rendered file. */
final class SpecLine {
  private static final Pattern PLACE = Pattern.compile(" in (\\S+):(\\d+)$");

  /** nginx looks variables up after it has read the file, and then names no line. */
  private static final Pattern VARIABLE = Pattern.compile("unknown \"(\\w+)\" variable");

  private SpecLine() {}

  /**
   * @param folder the generation's
   * @param complaint as nginx printed it
   * @return {@code cluster.yaml:29}; empty if the complaint is about no line that the spec says
   */
  static Optional<String> behind(Path folder, String complaint) throws IOException {
    Path conf = folder.resolve(Renderer.NGINX_CONF);
    OptionalInt line = line(conf, complaint);
    if (line.isEmpty()) {
      return Optional.empty();
    }
    return Manifest.decode(Files.readAllBytes(folder.resolve(Manifest.NAME)))
        .flatMap(manifest -> manifest.source(Renderer.NGINX_CONF, line.getAsInt()));
  }

  private static OptionalInt line(Path conf, String complaint) throws IOException {
    Matcher place = PLACE.matcher(complaint);
    if (place.find()) {
      boolean ours = place.group(1).equals(conf.toString());
      return ours ? OptionalInt.of(Integer.parseInt(place.group(2))) : OptionalInt.empty();
    }
    Matcher variable = VARIABLE.matcher(complaint);
    if (variable.find()) {
      Pattern use = Pattern.compile("\\$\\{?" + variable.group(1) + "\\b");
      List<String> lines = Files.readAllLines(conf);
      for (int i = 0; i < lines.size(); i++) {
        if (use.matcher(lines.get(i)).find()) {
          return OptionalInt.of(i + 1);
        }
      }
    }
    return OptionalInt.empty();
  }
}
