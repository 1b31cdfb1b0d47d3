package io.vipops.spec;

import java.util.AbstractMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Positions by JSON pointer, looked up in the nodes: a pointer per node would take far more memory
 * than the nodes do.
 */
final class YamlPositions extends AbstractMap<String, Position> {
  private final @Nullable YamlNode root;

  YamlPositions(@Nullable YamlNode root) {
    this.root = root;
  }

  @Override
  public @Nullable Position get(@Nullable Object key) {
    if (!(key instanceof String text) || root == null) {
      return null;
    }
    boolean ofKey = text.startsWith(SourceMap.KEY);
    YamlNode.Entry part = new YamlNode.Entry(root.at(), root);
    for (int from = ofKey ? SourceMap.KEY.length() : 0; from < text.length(); ) {
      int end = text.indexOf('/', from + 1);
      end = end < 0 ? text.length() : end;
      part = step(part.value(), Pointer.unescape(text.substring(from + 1, end)));
      if (part == null) {
        return null;
      }
      from = end;
    }
    return ofKey ? part.keyAt() : part.value().at();
  }

  private static YamlNode.@Nullable Entry step(YamlNode from, String step) {
    if (from instanceof YamlNode.Mapping map) {
      return map.entries().get(step);
    }
    Integer index = Pointer.index(step);
    if (from instanceof YamlNode.Sequence list && index != null && index < list.items().size()) {
      YamlNode item = list.items().get(index);
      return new YamlNode.Entry(item.at(), item);
    }
    return null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public Set<Map.Entry<String, Position>> entrySet() {
    Set<Map.Entry<String, Position>> all = new LinkedHashSet<>();
    if (root != null) {
      collect("", root, all);
    }
    return all;
  }

  private static void collect(String at, YamlNode node, Set<Map.Entry<String, Position>> to) {
    to.add(Map.entry(at, node.at()));
    if (node instanceof YamlNode.Mapping map) {
      map.entries().forEach((key, entry) -> collect(Pointer.child(at, key), entry.value(), to));
    } else if (node instanceof YamlNode.Sequence list) {
      for (int i = 0; i < list.items().size(); i++) {
        collect(at + "/" + i, list.items().get(i), to);
      }
    }
  }
}
