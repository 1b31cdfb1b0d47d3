package io.vipops.spec;

import io.vipops.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON Schemas (draft 2020-12) that are part of the program. */
public final class Schemas {
  /** Reading one takes longer than checking a small spec; the memory is given back when short. */
  private static final Map<String, SoftReference<Map<String, @Nullable Object>>> READ =
      Collections.synchronizedMap(new HashMap<>());

  private Schemas() {}

  /** The text of {@code cluster}, {@code agent} or {@code vrrp}; null: there is no such schema. */
  public static byte @Nullable [] bytes(String name) {
    try (InputStream in = Schemas.class.getResourceAsStream("/schemas/" + name + ".schema.json")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, @Nullable Object> read(String name) {
    SoftReference<Map<String, @Nullable Object>> before = READ.get(name);
    Map<String, @Nullable Object> schema = before == null ? null : before.get();
    if (schema == null) {
      schema = Collections.unmodifiableMap(parse(name));
      READ.put(name, new SoftReference<>(schema));
    }
    return schema;
  }

  private static Map<String, @Nullable Object> parse(String name) {
    byte[] bytes = bytes(name);
    if (bytes == null) {
      throw new IllegalStateException("no schema " + name + " in the jar");
    }
    try {
      return Json.decode(bytes);
    } catch (Json.MalformedException e) {
      throw new IllegalStateException(name + ".schema.json: " + e.getMessage(), e);
    }
  }
}
