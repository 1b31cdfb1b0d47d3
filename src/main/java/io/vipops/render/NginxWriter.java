package io.vipops.render;

/** Writes nginx directives and blocks, every parameter quoted as it needs. */
final class NginxWriter {
  private final Lines lines = new Lines("    ");

  void directive(Pointer origin, String name, String... parameters) {
    lines.add(origin, statement(name, parameters) + ";");
  }

  void open(Pointer origin, String name, String... parameters) {
    lines.add(origin, statement(name, parameters) + " {");
    lines.indent();
  }

  /** Ends the block that {@link #open} began. */
  void close(Pointer origin) {
    lines.outdent();
    lines.add(origin, "}");
  }

  void blank() {
    lines.add(Pointer.NONE, "");
  }

  void comment(String text) {
    lines.add(Pointer.NONE, "# " + text);
  }

  Lines lines() {
    return lines;
  }

  private static String statement(String name, String... parameters) {
    StringBuilder statement = new StringBuilder(name);
    for (String parameter : parameters) {
      statement.append(' ').append(NginxText.parameter(parameter));
    }
    return statement.toString();
  }
}
