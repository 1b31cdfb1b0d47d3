package io.vipops.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code vipops status} shows, as a page: no script, nothing from elsewhere. */
final class StatusPage {
  private static final String STYLE =
      "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;"
          + "color:#1c1c1c;background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}"
          + "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
          + "padding:.25rem .8rem .25rem 0;border-bottom:1px solid #ddd}th{font-weight:600}"
          + ".good{color:#0a6b2d}.bad{color:#b00020}.faint{color:#666}"
          + "@media(prefers-color-scheme:dark){body{color:#e4e4e4;background:#161616}"
          + "th,td{border-color:#3a3a3a}.good{color:#5fd38a}.bad{color:#ff7b88}.faint{color:#999}}";

  private static final String POLICY =
      "default-src 'none'; style-src 'sha256-"
          + digest(STYLE)
          + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final StringBuilder html = new StringBuilder(4096);

  private StatusPage() {}

  static HttpResponse of(Map<String, @Nullable Object> status) {
    StatusPage page = new StatusPage();
    page.write(status);
    byte[] body = page.html.toString().getBytes(StandardCharsets.UTF_8);
    return new HttpResponse(
        200, "text/html; charset=utf-8", body, Map.of("Content-Security-Policy", POLICY));
  }

  private void write(Map<String, @Nullable Object> status) {
    boolean healthy = "healthy".equals(status.get("health"));
    String node = escaped(status.get("node"));
    html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta http-equiv=\"refresh\" content=\"10\"><title>")
        .append(node)
        .append(": ")
        .append(escaped(status.get("health")))
        .append("</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>")
        .append(node)
        .append(" <span class=\"faint\">cluster ")
        .append(escaped(status.get("cluster")))
        .append("</span> <span class=\"")
        .append(healthy ? "good" : "bad")
        .append("\">")
        .append(escaped(status.get("health")))
        .append("</span></h1>");
    if (!list(status.get("degraded_by")).isEmpty()) {
      html.append("<ul class=\"bad\">");
      list(status.get("degraded_by"))
          .forEach(one -> html.append("<li>").append(escaped(one)).append("</li>"));
      html.append("</ul>");
    }
    if (Boolean.TRUE.equals(map(status.get("agent")).get("drained"))) {
      html.append("<p class=\"bad\">drained: stays Backup until vipops undrain</p>");
    }
    vrrp(list(status.get("vrrp")));
    checks(list(status.get("checks")));
    upstreams(list(status.get("upstreams")));
    commits(map(status.get("generation")), map(status.get("git")));
    html.append("</body></html>\n");
  }

  private void vrrp(List<?> instances) {
    table("VIPs", "name", "addresses", "state", "since", "priority", "because of");
    for (Object instance : instances) {
      Map<?, ?> one = map(instance);
      Map<?, ?> priority = map(one.get("priority"));
      String state = String.valueOf(one.get("state"));
      row(
          "fault".equals(state) ? "bad" : "active".equals(state) ? "good" : "",
          one.get("name"),
          String.join(
              " ", list(one.get("virtual_addresses")).stream().map(String::valueOf).toList()),
          state,
          one.get("since"),
          priority.get("effective") + " of " + priority.get("configured"),
          one.get("reason"));
    }
    html.append("</table>");
  }

  private void checks(List<?> checks) {
    table("Checks", "name", "state", "since", "last");
    for (Object check : checks) {
      Map<?, ?> one = map(check);
      Object ok = one.get("ok");
      row(
          ok == null ? "" : Boolean.TRUE.equals(ok) ? "good" : "bad",
          one.get("name"),
          ok == null ? "unknown" : Boolean.TRUE.equals(ok) ? "passes" : "fails",
          one.get("since"),
          one.get("last"));
    }
    html.append("</table>");
  }

  private void upstreams(List<?> upstreams) {
    table("Upstreams", "name", "ready");
    for (Object upstream : upstreams) {
      List<?> servers = list(map(upstream).get("servers"));
      long ready = servers.stream().filter(s -> "ready".equals(map(s).get("state"))).count();
      row(
          ready < servers.size() ? "bad" : "",
          map(upstream).get("name"),
          ready + " of " + servers.size());
    }
    html.append("</table>");
  }

  private void commits(Map<?, ?> generation, Map<?, ?> git) {
    table("Configuration", "what", "", "");
    row("", "generation", generation.get("id"), generation.get("phase"));
    row("", "since", generation.get("since"), "");
    row("", "commit", generation.get("commit"), git.get("subject"));
    row("", "branch", git.get("branch"), git.get("url"));
    row("", "head", git.get("head"), git.get("author"));
    row("", "last looked", git.get("fetched"), git.get("error"));
    html.append("</table>");
  }

  private void table(String title, String... columns) {
    html.append("<h2>").append(title).append("</h2><table><tr>");
    for (String column : columns) {
      html.append("<th>").append(column).append("</th>");
    }
    html.append("</tr>");
  }

  private void row(String style, @Nullable Object... cells) {
    html.append("<tr class=\"").append(style).append("\">");
    for (Object cell : cells) {
      html.append("<td>").append(cell == null ? "" : escaped(cell)).append("</td>");
    }
    html.append("</tr>");
  }

  private static String escaped(@Nullable Object value) {
    return String.valueOf(value)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
