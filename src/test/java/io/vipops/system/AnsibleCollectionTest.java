package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What {@code ansible/} promises without a host. */
@Tag("root")
class AnsibleCollectionTest {
  private static final Path ANSIBLE = Path.of("ansible").toAbsolutePath();
  private static final Path ROLE = ANSIBLE.resolve("roles/vipops");

  @TempDir Path folder;

  @Test
  void ansibleLintFindsNothingInItsProductionProfile() throws Exception {
    String said =
        Command.run(
            "env",
            "ANSIBLE_HOME=" + folder,
            "sh",
            "-c",
            "cd '" + ANSIBLE + "' && ansible-lint --nocolor --profile production --strict");
    assertThat(said).contains("Passed with production profile: 0 failure(s), 0 warning(s)");
  }

  @Test
  void everyVariableIsDescribedWithTheDefaultThatItHas() throws Exception {
    Map<String, Object> described = new TreeMap<>();
    options()
        .forEach(
            (name, option) -> {
              if (option.containsKey("default")) {
                described.put(name, option.get("default"));
              }
            });
    Map<String, Object> defaults = new TreeMap<>(yaml(ROLE.resolve("defaults/main.yml")));
    assertThat(defaults).isEqualTo(described);
  }

  @Test
  void onlyVariablesWithoutADefaultAreRequiredAndSecretsAreNotLogged() throws Exception {
    options()
        .forEach(
            (name, option) -> {
              assertThat(option.containsKey("default"))
                  .as(name)
                  .isNotEqualTo(Boolean.TRUE.equals(option.get("required")));
              assertThat(option.get("description")).as(name).asString().isNotBlank();
              assertThat(Boolean.TRUE.equals(option.get("no_log")))
                  .as(name)
                  .isEqualTo(name.endsWith("_key") || name.endsWith("_token"));
            });
  }

  @Test
  void theCollectionIsBuiltWithRoleAndPlaybooks() throws Exception {
    Command.run(
        "env",
        "ANSIBLE_HOME=" + folder,
        "ansible-galaxy",
        "collection",
        "build",
        ANSIBLE.toString(),
        "--output-path",
        folder.toString());
    Path archive = folder.resolve("vipops-vipops-1.0.0.tar.gz");
    assertThat(Command.run("tar", "tzf", archive.toString()).lines())
        .contains("roles/vipops/tasks/main.yml", "playbooks/site.yml", "playbooks/remove.yml")
        .doesNotContain("inventory.yml", "ansible.cfg");
  }

  @Test
  void theReadmeGoesFromBareMachinesToAServingVipInTenLines() throws Exception {
    String readme = Files.readString(ANSIBLE.resolve("README.md"));
    List<String> lines = readme.split("```\n")[1].lines().toList();
    assertThat(lines).hasSizeLessThanOrEqualTo(10);
    List<String> named = new ArrayList<>();
    for (String word : String.join(" ", lines).split("\\s+")) {
      if (word.matches("(\\.\\./examples|playbooks|inventory\\.example).*")) {
        named.add(word);
        assertThat(ANSIBLE.resolve(word)).exists();
      }
    }
    assertThat(named).contains("playbooks/site.yml", "inventory.example.yml");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> options() throws Exception {
    Object specs = yaml(ROLE.resolve("meta/argument_specs.yml")).get("argument_specs");
    Object main = ((Map<String, Object>) specs).get("main");
    return (Map<String, Map<String, Object>>) ((Map<String, Object>) main).get("options");
  }

  private static Map<String, Object> yaml(Path file) throws Exception {
    return new Yaml().load(Files.readString(file));
  }
}
