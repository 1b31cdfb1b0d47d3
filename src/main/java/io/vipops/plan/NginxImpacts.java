package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What nginx has to do. */
final class NginxImpacts {
  private NginxImpacts() {}

  /**
   * From one configuration to another, the generation's id taken out of both. Any new id costs one
   * reload, since nginx itself answers it: the proof that both halves run the same commit.
   *
   * @param before null: the node is new
   */
  static Impact of(@Nullable String before, String after) {
    TreeSet<String> opened = new TreeSet<>();
    TreeSet<String> closed = new TreeSet<>();
    String words = "first configuration";
    if (before != null) {
      opened.addAll(Sockets.bound(after));
      opened.removeAll(Sockets.bound(before));
      closed.addAll(Sockets.bound(before));
      closed.removeAll(Sockets.bound(after));
      words = "1 reload" + (after.equals(before) ? " (new id only)" : "");
    }
    words += opened.isEmpty() ? "" : ", opens " + String.join(" ", opened);
    words += closed.isEmpty() ? "" : ", closes " + String.join(" ", closed);
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("reloads", before == null ? 0 : 1);
    details.put("opens", List.copyOf(opened));
    details.put("closes", List.copyOf(closed));
    boolean binds = before == null || !opened.isEmpty() || !closed.isEmpty();
    Risk risk = binds ? Risk.REBIND : Risk.RELOAD;
    return new Impact(Kind.NGINX, "", risk, "nginx: " + words, details);
  }
}
