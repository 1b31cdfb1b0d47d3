package io.vipops.cli;

import java.util.Locale;

/** The text of one man page in the making; see man(7). */
final class Roff {
  private final StringBuilder text = new StringBuilder();

  /**
   * @param date as the page's footer shows it
   * @param release e.g. {@code vipops 0.1.0}
   */
  Roff(String name, int section, String date, String release) {
    text.append("'\\\" t\n.\\\" Written by the build; what it says comes from the program itself.\n");
    text.append(
        ".TH \"%s\" %d \"%s\" \"%s\"\n.nh\n.ad l\n"
            .formatted(escape(name.toUpperCase(Locale.ROOT)), section, date, escape(release)));
  }

  Roff section(String title) {
    text.append(".SH \"").append(escape(title.toUpperCase(Locale.ROOT))).append("\"\n");
    return this;
  }

  Roff paragraph(String words) {
    if (!words.isBlank()) {
      text.append(".PP\n").append(line(words));
    }
    return this;
  }

  /** A term in bold, and what it is, indented. */
  Roff entry(String term, String words) {
    text.append(".TP\n\\fB").append(escape(term)).append("\\fR\n");
    text.append(words.isBlank() ? "\\&\n" : line(words));
    return this;
  }

  /** A command or file as it is typed. */
  Roff verbatim(String lines) {
    text.append(".PP\n.RS 4\n.nf\n");
    lines.lines().forEach(it -> text.append(line(it)));
    text.append(".fi\n.RE\n");
    return this;
  }

  Roff indent() {
    text.append(".RS 4\n");
    return this;
  }

  Roff outdent() {
    text.append(".RE\n");
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** A line that begins with a dot or a quote would be a request. */
  private static String line(String words) {
    return "\\&" + escape(words.strip()) + "\n";
  }

  private static String escape(String words) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\e");
        case '-' -> out.append("\\-");
        case '"' -> out.append("\\(dq");
        case '\'' -> out.append("\\(aq");
        case '^' -> out.append("\\(ha");
        case '~' -> out.append("\\(ti");
        case '`' -> out.append("\\(ga");
        case ',' -> // a long list in one word may be broken there
            out.append(words.startsWith(", ", i) ? "," : ",\\:");
        case '\n' -> out.append("\n\\&");
        default -> {
          if (c < 128) {
            out.append(c);
          } else {
            out.append("\\[u%04X]".formatted((int) c));
          }
        }
      }
    }
    return out.toString();
  }
}
