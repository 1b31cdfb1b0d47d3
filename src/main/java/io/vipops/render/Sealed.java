package io.vipops.render;

import io.vipops.json.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON that carries its own SHA-256: for a file that says what others must be, and so cannot be
 * vouched for by them. It finds what a disk, a crash or an editor did; whoever can write the file
 * can seal it anew.
 */
public final class Sealed {
  private static final String SEAL = "seal";

  private Sealed() {}

  /** Encodes {@code object}, which has no key {@code seal}, with its seal. */
  public static byte[] encode(Map<String, ?> object) {
    Map<String, @Nullable Object> sealed = new LinkedHashMap<>(object);
    sealed.put(SEAL, GenerationId.hash(Json.encode(object)));
    return Json.encode(sealed);
  }

  /** Decodes what {@link #encode} wrote; empty if a single byte of it is another. */
  public static Optional<Map<String, @Nullable Object>> decode(byte[] json) {
    try {
      Map<String, @Nullable Object> object = Json.decode(json);
      object.remove(SEAL);
      return Arrays.equals(encode(object), json) ? Optional.of(object) : Optional.empty();
    } catch (Json.MalformedException e) {
      return Optional.empty();
    }
  }
}
