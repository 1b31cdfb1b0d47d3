package io.vipops.vrrp;

import io.vipops.json.Json;
import io.vipops.spec.VirtualAddress;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plays a recording of {@code vipops agent --record} again. */
public final class Recording {
  private final Map<Long, VirtualRouter> routers = new HashMap<>();
  private int events;

  private Recording() {}

  /**
   * Gives every event to new state machines and compares what they do with what is written there.
   *
   * @return how many events there were
   * @throws AssertionError at the first difference
   */
  public static int replay(List<String> lines) throws Exception {
    Recording recording = new Recording();
    for (int i = 0; i < lines.size(); ) {
      String event = lines.get(i);
      if (event.startsWith("#")) {
        throw new AssertionError("line " + (i + 1) + " and what follows does not replay: " + event);
      }
      int end = i + 1;
      while (end < lines.size() && lines.get(end).startsWith("  ")) {
        end++;
      }
      List<String> written = lines.subList(i + 1, end).stream().map(String::strip).toList();
      List<String> done = EffectText.of(recording.play(event));
      if (!done.equals(written)) {
        throw new AssertionError("line " + (i + 1) + ": " + event + "\n" + written + "\n" + done);
      }
      recording.events++;
      i = end;
    }
    return recording.events;
  }

  private List<Effect> play(String line) throws Exception {
    byte[] json = ("{\"line\":" + line + "}").getBytes(StandardCharsets.UTF_8);
    List<?> parts = (List<?>) Json.decode(json).get("line");
    Long number = (Long) parts.get(0);
    long nowNs = (Long) parts.get(1);
    List<?> arguments = parts.subList(3, parts.size());
    VirtualRouter router = routers.get(number);
    return switch ((String) parts.get(2)) {
      case "router" -> {
        routers.put(
            number,
            new VirtualRouter(
                get(Instance.class, arguments, 0), get(Standing.class, arguments, 1)));
        yield List.of();
      }
      case "source" -> {
        router.onSource(get(InetAddress.class, arguments, 0));
        yield List.of();
      }
      case "start" -> router.onStart(nowNs);
      case "advert" ->
          router.onAdvertisement(
              get(Advertisement.class, arguments, 0),
              get(InetAddress.class, arguments, 1),
              (Long) arguments.get(2),
              nowNs);
      case "member" ->
          router.onMemberAdvertisement(
              get(Overheard.class, arguments, 0), (Long) arguments.get(1), nowNs);
      case "timer" -> router.onTimer(nowNs);
      case "standing" -> router.onStanding(get(Standing.class, arguments, 0), nowNs);
      case "link" -> router.onLink((Boolean) arguments.get(0), (String) arguments.get(1), nowNs);
      case "removed" -> router.onAddressRemoved(get(VirtualAddress.class, arguments, 0), nowNs);
      case "claim" -> router.onClaim(get(Claim.class, arguments, 0), nowNs);
      case "suspended" -> router.onSuspended((Long) arguments.get(0), nowNs);
      case "overflow" -> {
        router.onOverflow(nowNs);
        yield List.of();
      }
      case "instance" ->
          router.onInstance(
              get(Instance.class, arguments, 0), get(Standing.class, arguments, 1), nowNs);
      case "stop" -> router.onStop((String) arguments.get(0), nowNs);
      default -> throw new AssertionError("unknown event: " + line);
    };
  }

  private static <T> T get(Class<T> type, List<?> arguments, int at) throws Exception {
    return type.cast(read(type, arguments.get(at)));
  }

  private static Object read(Type type, Object value) throws Exception {
    if (value == null) {
      return null;
    } else if (type instanceof ParameterizedType list) {
      List<Object> items = new ArrayList<>();
      for (Object item : (List<?>) value) {
        items.add(read(list.getActualTypeArguments()[0], item));
      }
      return items;
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      RecordComponent[] components = plain.getRecordComponents();
      Object[] arguments = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        arguments[i] = read(components[i].getGenericType(), ((List<?>) value).get(i));
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return plain.getDeclaredConstructor(types).newInstance(arguments);
    } else if (plain.isEnum()) {
      return Arrays.stream(plain.getEnumConstants())
          .filter(constant -> ((Enum<?>) constant).name().equals(value))
          .findFirst()
          .orElseThrow();
    } else if (InetAddress.class.isAssignableFrom(plain)) {
      return InetAddress.getByName((String) value);
    } else if (plain == Duration.class) {
      return Duration.ofNanos((Long) value);
    } else if (plain == int.class || plain == Integer.class) {
      return Math.toIntExact((Long) value);
    }
    return value;
  }
}
