package io.vipops.report;

/** Text as XML 1.0 can hold it. */
final class XmlText {
  private XmlText() {}

  /** For content and attribute values; what XML cannot say at all (XML 1.0 §2.2) becomes '?'. */
  static String escape(String text) {
    StringBuilder xml = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> xml.append("&amp;");
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '"' -> xml.append("&quot;");
                case '\t', '\n', '\r' -> xml.append("&#").append(c).append(';');
                default -> xml.appendCodePoint(isSayable(c) ? c : '?');
              }
            });
    return xml.toString();
  }

  private static boolean isSayable(int c) {
    return c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
  }
}
