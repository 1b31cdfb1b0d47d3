package io.vipops.cli;

import io.vipops.spec.Closest;
import io.vipops.spec.RuleId;
import io.vipops.spec.RuleText;
import io.vipops.spec.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a rule is for, to whoever has just been stopped by it. */
@Command(
    name = "explain-rule",
    description = {
      "Explains a rule that validate found something with: what it says, what happens otherwise,",
      "an example of each, and whether it can be accepted. Without ID: all rules."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  explained",
      "  2  wrong usage, or there is no such rule",
      "",
      "Example: vipops explain-rule vrid-twice"
    })
final class ExplainRuleCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec command;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "As it stands in the brackets.")
  private @Nullable String id;

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    Terminal terminal = Terminal.of(command);
    if (id == null) {
      return json ? terminal.json(Map.of("rules", all()), true) : list(terminal);
    }
    RuleId rule = RuleId.of(id);
    if (rule == null) {
      List<String> ids = new ArrayList<>();
      for (RuleId one : RuleId.values()) {
        ids.add(one.id);
      }
      String hint = Closest.hint(id, ids);
      String list = hint.isEmpty() ? ": vipops explain-rule lists them" : hint;
      terminal.error("there is no rule " + id + list);
      return 2;
    }
    RuleText text = RuleText.of(rule);
    return json ? terminal.json(asJson(rule, text), true) : explain(terminal, rule, text);
  }

  private static int list(Terminal terminal) {
    int widest = 0;
    for (RuleId rule : RuleId.values()) {
      widest = Math.max(widest, rule.id.length());
    }
    RuleId.Area area = null;
    for (RuleId rule : RuleId.values()) {
      if (rule.area != area) {
        terminal
            .out()
            .println((area == null ? "" : "\n") + terminal.paint("bold", rule.area.title));
        area = rule.area;
      }
      String severity = rule.force.severity == Severity.ERROR ? "error  " : "warning";
      String id = rule.id + " ".repeat(widest - rule.id.length());
      String colour = rule.force.severity == Severity.ERROR ? "fg(red)" : "fg(yellow)";
      String allow = rule.force.acceptable ? "allow" : "     ";
      String start = "  " + id + "  " + terminal.paint(colour, severity) + "  " + allow;
      terminal.out().println(start + "  " + rule.explanation);
    }
    terminal.out().println("\nallow: # vipops:allow ID reason on the line accepts it.");
    terminal.out().flush();
    return 0;
  }

  private static int explain(Terminal terminal, RuleId rule, RuleText text) {
    boolean error = rule.force.severity == Severity.ERROR;
    StringBuilder page = new StringBuilder();
    page.append(terminal.paint("bold", rule.id)).append(" (");
    page.append(terminal.paint(error ? "fg(red)" : "fg(yellow)", error ? "error" : "warning"));
    page.append("): ").append(rule.explanation).append("\n\n").append(text.why());
    example(page, terminal.paint("fg(red)", "Wrong:"), text.bad());
    example(page, terminal.paint("fg(green)", "Right:"), text.good());
    page.append('\n').append(acceptance(rule));
    terminal.out().println(page);
    terminal.out().flush();
    return 0;
  }

  private static void example(StringBuilder page, String title, @Nullable String text) {
    if (text != null) {
      page.append('\n').append(title).append('\n');
      text.lines().forEach(line -> page.append("    ").append(line).append('\n'));
    }
  }

  private static String acceptance(RuleId rule) {
    return rule.force.acceptable
        ? "It can be accepted, with a reason, on the line where it is found:\n    # vipops:allow "
            + rule.id
            + " as agreed with the network team, until May"
        : "It cannot be accepted: mend what it finds.";
  }

  private static List<Map<String, Object>> all() {
    List<Map<String, Object>> rules = new ArrayList<>();
    for (RuleId rule : RuleId.values()) {
      rules.add(asJson(rule, null));
    }
    return rules;
  }

  private static Map<String, Object> asJson(RuleId rule, @Nullable RuleText text) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", rule.id);
    json.put("area", rule.area.name().toLowerCase(Locale.ROOT));
    json.put("severity", rule.force.severity.name().toLowerCase(Locale.ROOT));
    json.put("acceptable", rule.force.acceptable);
    json.put("explanation", rule.explanation);
    if (text != null) {
      json.put("why", text.why());
      if (text.bad() != null && text.good() != null) {
        json.put("bad", text.bad());
        json.put("good", text.good());
      }
    }
    return json;
  }
}
