package io.vipops.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void whatIsEncodedIsDecodedTheSame() throws Exception {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("z", "text \" \n ü \0");
    object.put("a", Long.MIN_VALUE);
    object.put("list", Arrays.asList(1.5, true, null, List.of(), Map.of("b", "c")));
    byte[] json = Json.encode(object);
    assertThat(Json.decode(json)).isEqualTo(object);
    assertThat(Json.decode(json).keySet()).containsExactly("z", "a", "list");
    assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "7", "{", "{\"a\"}", "{\"a\":1", "{} {}", "{\"a\":1e}", "{\"a\":[1}"})
  void whatIsNotOneObjectIsMalformed(String text) {
    assertThatThrownBy(() -> Json.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Json.MalformedException.class);
  }

  @Test
  void numbersAndNestingBeyondReasonAreMalformed() {
    for (String text : List.of("{\"a\":99999999999999999999}", "{\"a\":" + "[".repeat(100_000))) {
      assertThatThrownBy(() -> Json.decode(text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(Json.MalformedException.class);
    }
  }
}
