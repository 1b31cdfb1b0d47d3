package io.vipops.spec;

/** What users may put into nginx's configuration: nothing that would need quoting or end it. */
final class NginxText {
  private static final String NEVER = "\"'\\;{}";

  private NginxText() {}

  /** Text with nginx variables, such as the key of a hash. */
  static void requireText(Fields in, String key) {
    require(in, key, RuleId.BAD_TEXT, NEVER);
  }

  /** A request path. */
  static void requirePath(Fields in, String key) {
    String text = in.string(key, "");
    if (!text.startsWith("/")) {
      String message = key + " must begin with /, not " + text;
      in.error(RuleId.BAD_PATH.id, in.at(key), message);
    } else if (text.indexOf('%') >= 0) {
      String message = key + " must not contain %: nginx compares decoded paths";
      in.error(RuleId.BAD_PATH.id, in.at(key), message + ", so write the character itself");
    } else if (!isNormal(text)) {
      String message = key + " must not contain //, /./ or /../: nginx resolves them first";
      in.error(RuleId.BAD_PATH.id, in.at(key), message);
    } else {
      require(in, key, RuleId.BAD_PATH, NEVER + "$?#");
    }
  }

  private static boolean isNormal(String path) {
    String closed = path + "/";
    boolean doubled = path.contains("//");
    return !doubled && !closed.contains("/./") && !closed.contains("/../");
  }

  /** Where a redirect leads: a path or an http or https URL. */
  static void requireTarget(Fields in, String key) {
    String text = in.string(key, "");
    boolean path = text.startsWith("/") && !text.startsWith("//");
    if (!path && !text.startsWith("http://") && !text.startsWith("https://")) {
      String message = key + " must be a path or begin with http:// or https://, not " + text;
      in.error(RuleId.BAD_URL.id, in.at(key), message);
    } else if (!path && !hasHost(text)) {
      in.error(RuleId.BAD_URL.id, in.at(key), key + " needs a host after ://, not " + text);
    } else {
      require(in, key, RuleId.BAD_TEXT, NEVER + "$");
    }
  }

  private static boolean hasHost(String url) {
    String rest = url.substring(url.indexOf("://") + 3);
    return !rest.isEmpty() && "/?#:@".indexOf(rest.charAt(0)) < 0;
  }

  private static void require(Fields in, String key, RuleId rule, String never) {
    String text = in.string(key, "");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7F || never.indexOf(c) >= 0) {
        String what = c == ' ' ? "a space" : c < ' ' || c >= 0x7F ? "a special character" : "" + c;
        in.error(rule.id, in.at(key), key + " must not contain " + what);
        return;
      }
    }
  }
}
