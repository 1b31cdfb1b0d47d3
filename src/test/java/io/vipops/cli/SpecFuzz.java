package io.vipops.cli;

import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import java.nio.file.Path;
import java.util.List;

/** Any bytes as a spec: {@code vipops validate -}, and what is valid can be rendered. */
public final class SpecFuzz {
  private SpecFuzz() {}

  /** Called by Jazzer. The length chooses the format, so that a kept input says it all. */
  public static void fuzzerTestOneInput(byte[] input) {
    Validation.Format[] formats = Validation.Format.values();
    Validation.Format format = formats[input.length % formats.length];
    int exit = FuzzRun.validate(format, Path.of("-"), input);
    if (exit == 0 && !FuzzRun.within(() -> render(input))) {
      throw new AssertionError("valid for validate only");
    }
  }

  private static boolean render(byte[] input) {
    Spec spec = SpecReader.read(List.of(new SpecReader.SourceFile("a.yaml", input))).spec();
    if (spec == null) {
      return false;
    }
    for (String node : spec.cluster().nodes().keySet()) {
      Renderer.render(spec, node, Host.DEFAULT);
    }
    return true;
  }
}
