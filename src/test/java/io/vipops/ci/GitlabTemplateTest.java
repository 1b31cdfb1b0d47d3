package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The template, included as a project would, held against GitLab's schema and its jobs run. */
@Tag("root")
class GitlabTemplateTest {
  private static final String MERGE_REQUEST = "CI_PIPELINE_SOURCE=merge_request_event";

  /** Where another test holds the same text against the schema, which takes two seconds. */
  private static final String UNCHECKED = "--json-schema-validation=false";

  @TempDir private Path dir;
  private Path work;
  private Path template;
  private String good;

  @BeforeEach
  void aProjectThatIncludesTheTemplate() throws Exception {
    work = dir.resolve("lb");
    template = work.resolve("vipops.gitlab-ci.yml");
    good = Files.readString(Path.of("examples/classic/cluster.yaml"));
    Ran.well(dir, "git", "init", "-q", "-b", "main", work.toString());
    Ran.well(work, "git", "remote", "add", "origin", "git@git.example.com:team/lb.git");
    Files.copy(Path.of("examples/ci/gitlab/vipops.gitlab-ci.yml"), template);
    Files.writeString(work.resolve(".gitlab-ci.yml"), "include: [{local: vipops.gitlab-ci.yml}]\n");
    commit(good);
  }

  private String commit(String spec) throws Exception {
    Files.writeString(work.resolve("cluster.yaml"), spec);
    Ran.well(work, "git", "add", "-A");
    Ran.well(work, "git", "commit", "-q", "-m", "change");
    return Ran.well(work, "git", "rev-parse", "HEAD").strip();
  }

  private Ran gitlab(List<String> variables, String... arguments) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", NpmTools.path());
    environment.put("HOME", dir.toString());
    List<String> command = new ArrayList<>(List.of("gitlab-ci-local", "--color=false"));
    variables.forEach(it -> command.addAll(List.of("--variable", it)));
    command.addAll(List.of(arguments));
    return Ran.in(work, environment, command);
  }

  @Test
  void aGoodSpecPassesWithBothReports() throws Exception {
    Ran ran = gitlab(List.of());
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(ran.output())
        .contains("json schema validated")
        .contains("cluster.yaml: valid")
        .as("the default branch has nothing to plan against")
        .doesNotContain("vipops-plan");
    assertThat(work.resolve("vipops-codequality.json")).content().isEqualToIgnoringNewLines("[]");
    assertThat(work.resolve("vipops-junit.xml")).content().contains("failures=\"0\"");
  }

  @Test
  void aBadSpecFailsTheJobWithBothReports() throws Exception {
    commit(good.replace("preempt_delay: 10s", "preempt_delay: 10"));
    Ran ran = gitlab(List.of(), UNCHECKED, "vipops-validate");
    assertThat(ran.code()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output()).containsPattern("cluster.yaml:\\d+:\\d+: error");
    assertThat(work.resolve("vipops-codequality.json"))
        .content()
        .contains("\"path\":\"cluster.yaml\"");
    assertThat(work.resolve("vipops-junit.xml")).content().contains("<failure");
  }

  @Test
  void aMergeRequestGetsThePlan() throws Exception {
    String base = Ran.well(work, "git", "rev-parse", "HEAD").strip();
    commit(good.replace("      - 10.0.0.104:80\n", ""));
    Ran ran = gitlab(List.of(MERGE_REQUEST, "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base), UNCHECKED);
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(work.resolve("vipops-plan.md"))
        .content()
        .contains("lb01")
        .contains("lb02")
        .contains("10.0.0.104");
  }

  @Test
  void aReleaseThatIsNotTheNamedOneIsNotRun() throws Exception {
    Path release = dir.resolve("release.tar.gz");
    Ran.well(dir, "tar", "-czf", release.toString(), "lb");
    List<String> other = List.of("VIPOPS_URL=file://" + release, "VIPOPS_SHA256=" + "0".repeat(64));
    Ran ran = gitlab(other, UNCHECKED, "vipops-validate");
    assertThat(ran.code()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output()).contains("FAILED").doesNotContain("cluster.yaml: valid");
  }

  @Test
  void gitlabWouldFindAWrongValue() throws Exception {
    String text = Files.readString(template);
    Files.writeString(template, text.replace("when: always", "when: sometimes"));
    Ran ran = gitlab(List.of(), "--list");
    assertThat(ran.code()).isNotZero();
    assertThat(ran.output()).contains("Invalid .gitlab-ci.yml configuration");
  }
}
