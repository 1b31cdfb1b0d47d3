package io.vipops.render;

import io.vipops.spec.Fields;
import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import io.vipops.spec.Yaml;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code vrrp.yaml} to and from its record. */
public final class VrrpYaml {
  private VrrpYaml() {}

  /**
   * What was read.
   *
   * @param file null where there is an error among the problems
   */
  public record Reading(@Nullable VrrpFile file, List<Problem> problems) {}

  /** Encodes as UTF-8 YAML; equal records give equal bytes. */
  public static byte[] encode(VrrpFile file) {
    return VrrpYamlWriter.write(file).bytes();
  }

  /**
   * Decodes what {@link #encode} wrote, of this version or an older one. Anything else, down to a
   * value out of its range, is a problem.
   */
  public static Reading decode(String name, byte[] bytes) {
    List<Problem> problems = new ArrayList<>();
    Fields root = Fields.of(Yaml.read(name, bytes), problems);
    VrrpFile file = root == null ? null : new VrrpYamlReader(problems).read(root);
    boolean failed = problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    return new Reading(failed ? null : file, List.copyOf(problems));
  }
}
