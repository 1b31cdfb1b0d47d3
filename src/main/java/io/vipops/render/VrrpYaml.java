package io.vipops.render;

import io.vipops.spec.Problem;
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
    throw new UnsupportedOperationException();
  }

  /** Decodes what {@link #encode} wrote, of this version or an older one. */
  public static Reading decode(String name, byte[] bytes) {
    throw new UnsupportedOperationException();
  }
}
