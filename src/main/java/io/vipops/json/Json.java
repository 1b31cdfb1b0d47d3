package io.vipops.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON text to and from {@code Map}, {@code List}, {@code String}, {@code Long}, {@code Double},
 * {@code Boolean} and {@code null}. Objects keep the order of their keys.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Text that is not JSON, or not the object that was asked for. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  /** Encodes as UTF-8, on one line. */
  public static byte[] encode(Map<String, ?> object) {
    return encodeAny(object);
  }

  /** Encodes as UTF-8, on one line. */
  public static byte[] encode(List<?> array) {
    return encodeAny(array);
  }

  private static byte[] encodeAny(Object object) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator to =
        FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      write(to, object);
    }
    return out.toByteArray();
  }

  /**
   * Reads one object.
   *
   * @throws MalformedException if the bytes are not one JSON object
   */
  public static Map<String, @Nullable Object> decode(byte[] json) throws MalformedException {
    try (JsonParser from = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (from.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("not a JSON object");
      }
      Map<String, @Nullable Object> object = readObject(from);
      if (from.nextToken() != null) {
        throw new MalformedException("text after the JSON object");
      }
      return object;
    } catch (JacksonException e) {
      throw new MalformedException(e.getOriginalMessage());
    }
  }

  /**
   * The text of one member of an object, without keeping the rest; null: it has none, or this is no
   * JSON object up to there.
   */
  public static @Nullable String topLevelText(byte[] json, String key) {
    try (JsonParser from = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (from.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (from.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = from.currentName();
        JsonToken value = from.nextToken();
        if (key.equals(name)) {
          return value == JsonToken.VALUE_STRING ? from.getString() : null;
        }
        from.skipChildren();
      }
      return null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private static void write(JsonGenerator to, @Nullable Object value) {
    if (value == null) {
      to.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      to.writeStartObject();
      map.forEach(
          (key, member) -> {
            to.writeName(String.valueOf(key));
            write(to, member);
          });
      to.writeEndObject();
    } else if (value instanceof Iterable<?> items) {
      to.writeStartArray();
      items.forEach(item -> write(to, item));
      to.writeEndArray();
    } else if (value instanceof Boolean bool) {
      to.writeBoolean(bool);
    } else if (value instanceof Double || value instanceof Float) {
      to.writeNumber(((Number) value).doubleValue());
    } else if (value instanceof Number number) {
      to.writeNumber(number.longValue());
    } else {
      to.writeString(value.toString());
    }
  }

  private static Map<String, @Nullable Object> readObject(JsonParser from) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (from.nextToken() != JsonToken.END_OBJECT) {
      String key = from.currentName();
      from.nextToken();
      object.put(key, readValue(from));
    }
    return object;
  }

  private static @Nullable Object readValue(JsonParser from) {
    return switch (from.currentToken()) {
      case START_OBJECT -> readObject(from);
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (from.nextToken() != JsonToken.END_ARRAY) {
          items.add(readValue(from));
        }
        yield items;
      }
      case VALUE_NUMBER_INT -> from.getLongValue();
      case VALUE_NUMBER_FLOAT -> from.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> from.getString();
    };
  }
}
