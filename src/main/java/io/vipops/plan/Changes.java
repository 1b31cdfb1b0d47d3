package io.vipops.plan;

import io.vipops.spec.Addresses;
import io.vipops.spec.Durations;
import io.vipops.spec.Garp;
import io.vipops.spec.Unicast;
import io.vipops.spec.VrrpOptions;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The components in which two records differ, as the spec writes them: {@code weight 1→3}. By
 * reflection, so that a key which the spec learns later is not overlooked. Text is named, never
 * shown: it may be a secret.
 */
final class Changes {
  private Changes() {}

  /**
   * @param except names of components that are told otherwise
   */
  static <T extends Record> List<String> between(T before, T after, Set<String> except) {
    List<String> changes = new ArrayList<>();
    if (before.getClass() != after.getClass()) {
      return List.of(word(before) + "→" + word(after));
    }
    for (RecordComponent component : before.getClass().getRecordComponents()) {
      Object old = value(component, before);
      Object now = value(component, after);
      if (except.contains(component.getName()) || Objects.equals(old, now)) {
        continue;
      }
      if (old instanceof VrrpOptions options && now instanceof VrrpOptions next) {
        changes.addAll(between(options, next, except)); // keys of what holds them
      } else if (old instanceof Garp garp && now instanceof Garp next) {
        between(garp, next, except).forEach(it -> changes.add("garp." + it));
      } else if (old instanceof Unicast unicast && now instanceof Unicast next) {
        between(unicast, next, except).forEach(it -> changes.add("unicast." + it));
      } else {
        String from = shown(old);
        String to = shown(now);
        String values = from == null || to == null ? "" : " " + from + "→" + to;
        changes.add(key(component.getName()) + values);
      }
    }
    return changes;
  }

  private static @Nullable Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // the spec's records are public
    }
  }

  /** Null: too long to show, or perhaps not to be shown. */
  private static @Nullable String shown(@Nullable Object value) {
    if (value == null) {
      return "default";
    }
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    if (value instanceof Duration duration) {
      return Durations.format(duration);
    }
    if (value instanceof InetAddress address) {
      return Addresses.text(address);
    }
    if (value instanceof List<?> list && list.stream().allMatch(InetAddress.class::isInstance)) {
      List<String> addresses =
          list.stream().map(address -> Addresses.text((InetAddress) address)).toList();
      return addresses.isEmpty() ? "all" : String.join(" ", addresses);
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
    boolean isWord = value instanceof Record && value.getClass().getRecordComponents().length == 0;
    return isWord ? word(value) : null;
  }

  private static String word(Object value) {
    return key(value.getClass().getSimpleName());
  }

  /** {@code maxConns} to {@code max_conns}. */
  private static String key(String name) {
    String snake = name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    return switch (snake) {
      case "interface_name" -> "interface";
      case "notifications" -> "notify"; // a name that no record's component may have
      default -> snake;
    };
  }
}
