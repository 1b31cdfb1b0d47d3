package io.vipops.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vipops explain-rule} says of a rule beside its one sentence.
 *
 * @param why what happens where it is broken
 * @param bad a part of a spec that breaks it; null: too large to be shown
 * @param good the same part, mended; null where {@code bad} is
 */
public record RuleText(String why, @Nullable String bad, @Nullable String good) {

  /** Reads the text from the program's own files. */
  public static RuleText of(RuleId rule) {
    String name = "/rules/" + rule.id + ".yaml";
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(Yaml.read(name, bytes(name)), problems);
    RuleText text =
        fields == null
            ? new RuleText("", null, null)
            : new RuleText(fields.required("why"), fields.string("bad"), fields.string("good"));
    if (fields != null) {
      fields.done();
    }
    if (!problems.isEmpty()) {
      throw new IllegalStateException(problems.get(0).toString());
    }
    return text;
  }

  private static byte[] bytes(String name) {
    try (InputStream in = RuleText.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no " + name + " in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
