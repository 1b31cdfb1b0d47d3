package io.vipops.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlanMarkdownTest {
  private static final Compared COMPARED =
      new Compared(
          new Compared.Origin(
              Compared.Kind.REVISION,
              "HEAD",
              "cluster.yaml",
              "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
              "fixes #77 for @boss <b>`x`</b>"),
          new Compared.Origin(Compared.Kind.PATH, "a|b.yaml", "a|b.yaml", null, null),
          List.of());

  @Test
  void whatASpecHoldsCannotLeaveItsFence() {
    String hostile = "@@ -1 +1 @@\n+```\n+</details>\n+````` @all\n";
    String comment = PlanMarkdown.of(COMPARED, new Plan(List.of(node("lb01", "x", hostile))));

    List<String> lines = comment.lines().toList();
    int open = lines.indexOf("``````diff");
    int close = lines.indexOf("``````");
    assertThat(open).isPositive();
    assertThat(lines.subList(open + 1, close)).containsExactlyElementsOf(hostile.lines().toList());
    assertThat(lines.get(close + 2)).isEqualTo("</details>");
  }

  @Test
  void whatASpecHoldsCannotLeaveItsCellOrCallAnybody() {
    String comment =
        PlanMarkdown.of(
            COMPARED,
            new Plan(
                List.of(
                    node("lb01", "a | b <img src=x> [l](http://x.example) @team #77\n| c", ""))));

    String row = comment.lines().filter(it -> it.startsWith("| lb01")).findFirst().orElseThrow();
    assertThat(row.chars().filter(c -> c == '|').count()).isEqualTo(4);
    assertThat(row).doesNotContain("<", "@team", "#77", "[l]", "http://");
    assertThat(comment).doesNotContain("@boss", "#77", "<b>", "`x`");
  }

  @Test
  void aHugeDifferenceIsCutAndSaysSo() {
    String hunks = "+        server 10.0.0.1:80;\n".repeat(50_000);
    List<NodePlan> nodes = new ArrayList<>();
    nodes.add(node("lb01", "x", hunks));
    nodes.add(node("lb02", "x", hunks + "+\n"));
    String comment = PlanMarkdown.of(COMPARED, new Plan(nodes));

    assertThat(comment.length()).isBetween(50_000, PlanMarkdown.LIMIT);
    assertThat(comment).containsPattern("Cut here: 4\\d{4} more lines");
    assertThat(comment).contains("Cut here: 1 more differences.");
    assertThat(comment.lines().filter(it -> it.startsWith("```")).count()).isEqualTo(2);
    assertThat(comment.lines().filter("</details>"::equals).count()).isEqualTo(1);
  }

  @Test
  void manyNodesAreCutAndSaySo() {
    List<NodePlan> nodes = new ArrayList<>();
    for (int n = 0; n < 2000; n++) {
      nodes.add(node("lb" + n, "VIP web: stays · nginx: 1 reload", "+x\n"));
    }
    String comment = PlanMarkdown.of(COMPARED, new Plan(nodes));

    assertThat(comment.length()).isLessThanOrEqualTo(PlanMarkdown.LIMIT);
    assertThat(comment).containsPattern("Cut here: \\d+ more nodes\\.");
  }

  @Test
  void aLongReportIsCutAndSaysSo() {
    String report = "cluster.yaml:1:1: error [unknown-key] unknown key a\n  a: 1\n  ^\n";
    String comment = PlanMarkdown.invalid(COMPARED, report.repeat(3000));

    assertThat(comment.length()).isLessThanOrEqualTo(PlanMarkdown.LIMIT);
    assertThat(comment).contains("### vipops plan: not valid").contains("Cut here: ");
  }

  private static NodePlan node(String name, String text, String hunks) {
    Impact impact = new Impact(Impact.Kind.OTHER, "", Risk.RELOAD, text, Map.of());
    TreeMap<String, String> diffs = new TreeMap<>();
    if (!hunks.isEmpty()) {
      diffs.put("nginx/nginx.conf", hunks);
    }
    return new NodePlan(
        name, "aaaaaaaaaaaa", "bbbbbbbbbbbb", NodePlan.Hold.NONE, List.of(impact), diffs);
  }
}
