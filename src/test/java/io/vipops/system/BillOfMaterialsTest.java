package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Of what {@code mvn -Ppackage package} left: the bill (CycloneDX) names what is in the package.
 */
@Tag("root")
class BillOfMaterialsTest {
  @Test
  void theBillNamesEachLibraryThatIsThereAndNoOther() throws Exception {
    Set<String> listed = new TreeSet<>();
    Map<String, ?> bill = Json.decode(Files.readAllBytes(Path.of("target/vipops.cdx.json")));
    for (Object each : (List<?>) bill.get("components")) {
      Map<?, ?> component = (Map<?, ?>) each;
      assertThat(component.containsKey("licenses"))
          .as(component.get("name") + "'s licence")
          .isTrue();
      assertThat(component.containsKey("hashes")).as(component.get("name") + "'s hash").isTrue();
      listed.add(component.get("name") + "-" + component.get("version") + ".jar");
    }
    Set<String> there = new TreeSet<>();
    try (var jars = Files.newDirectoryStream(Path.of("target/package/home/lib"), "*.jar")) {
      jars.forEach(jar -> there.add(jar.getFileName().toString()));
    }
    assertThat(there.remove("vipops.jar")).isTrue();
    assertThat(listed).isEqualTo(there);
  }
}
