package io.vipops.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NginxTextTest {
  private static final String MEANINGFUL = "\"\\';{}$# \t\r\n~^=*\u0001\u007f\u00e9a0/tnr";

  @Test
  void anyTextIsOneParameterAndReadsBackAsItself() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      String text = text(random);
      NginxWriter out = new NginxWriter();
      out.directive(Pointer.NONE, "a", text, "b");

      assertThat(words(new String(out.lines().bytes(), java.nio.charset.StandardCharsets.UTF_8)))
          .as(text)
          .containsExactly("a", text, "b", ";");
    }
  }

  @Test
  void aUrlHasNothingThatNginxOrHttpReadsOtherwise() {
    Random random = new Random(13);
    for (int i = 0; i < 5_000; i++) {
      assertThat(NginxText.url(text(random))).matches("[!#%&'()*+,./:;=?@\\[\\]_~A-Za-z0-9-]*");
    }
    assertThat(NginxText.url("https://x/a?b=$c d%20#e")).isEqualTo("https://x/a?b=%24c%20d%20#e");
  }

  @Test
  void upstreamsOfDifferentNamesStayDifferentThoughNginxIgnoresCase() {
    Random random = new Random(17);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      names.add(text(random));
    }
    names.addAll(List.of("a", "A", "+41", "up-a", "unix:", "default"));
    Set<String> safe = new HashSet<>();
    names.forEach(name -> safe.add(NginxText.upstream(name).toLowerCase(java.util.Locale.ROOT)));

    assertThat(safe).hasSameSizeAs(names).allMatch(name -> name.matches("up-[a-z0-9_.+-]*"));
  }

  @Test
  void timesAreNeverRoundedToNothing() {
    assertThat(NginxText.time(Duration.ofMillis(1500))).isEqualTo("1500ms");
    assertThat(NginxText.time(Duration.ofHours(1))).isEqualTo("3600s");
    assertThat(NginxText.seconds(Duration.ofMillis(1))).isEqualTo("1s");
    assertThat(NginxText.seconds(Duration.ofSeconds(5))).isEqualTo("5s");
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int c = random.nextInt(10); c > 0; c--) {
      text.append(MEANINGFUL.charAt(random.nextInt(MEANINGFUL.length())));
    }
    return text.toString();
  }

  /** Words as nginx reads them (ngx_conf_read_token): quotes, backslashes, and what ends a word. */
  private static List<String> words(String conf) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < conf.length(); ) {
      char c = conf.charAt(at);
      if (" \t\r\n".indexOf(c) >= 0) {
        at++;
      } else if (";{}".indexOf(c) >= 0) {
        words.add(String.valueOf(c));
        at++;
      } else if (c == '#') {
        at = conf.indexOf('\n', at);
      } else {
        boolean quoted = c == '"' || c == '\'';
        at += quoted ? 1 : 0;
        StringBuilder word = new StringBuilder();
        while (quoted ? conf.charAt(at) != c : " \t\r\n;{".indexOf(conf.charAt(at)) < 0) {
          if (conf.charAt(at) == '\\') {
            at++;
            switch (conf.charAt(at)) {
              case '"', '\'', '\\' -> word.append(conf.charAt(at));
              case 't' -> word.append('\t');
              case 'r' -> word.append('\r');
              case 'n' -> word.append('\n');
              default -> word.append('\\').append(conf.charAt(at));
            }
          } else {
            word.append(conf.charAt(at));
          }
          at++;
        }
        at += quoted ? 1 : 0;
        words.add(word.toString());
      }
    }
    return words;
  }
}
