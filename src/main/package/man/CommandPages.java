package io.vipops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Man pages from the commands' own descriptions, one for each command; run by the build and not
 * part of what it packs. Arguments: a folder, the date.
 */
final class CommandPages {
  private final Path folder;
  private final String date;
  private final String release;

  private CommandPages(Path folder, String date) {
    this.folder = folder;
    this.date = date;
    this.release = "vipops " + Vipops.version();
  }

  public static void main(String[] arguments) throws Exception {
    CommandPages pages = new CommandPages(Path.of(arguments[0]), arguments[1]);
    CommandLine root = Vipops.commandLine();
    root.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
    pages.write(root.getCommandSpec());
    for (CommandLine command : root.getSubcommands().values()) {
      if (!command.getCommandSpec().usageMessage().hidden()) {
        pages.write(command.getCommandSpec());
      }
    }
    new SchemaPages(pages.folder, pages.date, pages.release).write();
  }

  private static String page(CommandSpec command) {
    return command.qualifiedName("-");
  }

  private void write(CommandSpec command) throws IOException {
    Roff page = new Roff(page(command), 1, date, release);
    List<String> description = description(command.usageMessage().description());
    String first = description.isEmpty() ? command.name() : description.get(0);
    page.section("Name").paragraph(page(command) + " - " + withoutDot(first));
    page.section("Synopsis").verbatim(synopsis(command));
    page.section("Description");
    description.forEach(page::paragraph);
    commands(command, page);
    options(command, page);
    exitCodes(command, page);
    if (command.parent() == null) {
      files(page);
    }
    page.section("See also");
    page.paragraph(
        command.parent() == null
            ? "vipops-cluster.yaml(5), vipops-agent.yaml(5), nginx(8)"
            : "vipops(1), vipops-cluster.yaml(5), vipops-agent.yaml(5)");
    Files.writeString(folder.resolve(page(command) + ".1"), page.toString());
  }

  private static String synopsis(CommandSpec command) {
    return new Help(command, Help.defaultColorScheme(Help.Ansi.OFF)).synopsis(0).strip();
  }

  private static void commands(CommandSpec command, Roff page) {
    if (command.subcommands().isEmpty()) {
      return;
    }
    page.section("Commands");
    command.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .filter(it -> !it.usageMessage().hidden())
        .forEach(
            it -> {
              List<String> words = description(it.usageMessage().description());
              page.entry(page(it) + "(1)", words.isEmpty() ? "" : words.get(0));
            });
  }

  private static void options(CommandSpec command, Roff page) {
    List<ArgSpec> shown = new ArrayList<>(command.positionalParameters());
    command.options().stream()
        .sorted(Comparator.comparing(OptionSpec::longestName))
        .forEach(shown::add);
    shown.removeIf(ArgSpec::hidden);
    if (shown.isEmpty()) {
      return;
    }
    page.section("Options");
    for (ArgSpec it : shown) {
      page.entry(term(it), String.join(" ", description(it.description())));
    }
  }

  private static String term(ArgSpec it) {
    if (it instanceof PositionalParamSpec) {
      return it.paramLabel();
    }
    String names = String.join(", ", ((OptionSpec) it).names());
    return it.arity().max() == 0 ? names : names + " " + it.paramLabel();
  }

  private static void exitCodes(CommandSpec command, Roff page) {
    Map<String, String> codes = command.usageMessage().exitCodeList();
    if (codes.isEmpty()) {
      return;
    }
    page.section("Exit status");
    codes.forEach((code, meaning) -> page.entry(code.strip(), meaning));
  }

  private static void files(Roff page) {
    page.section("Files")
        .entry("/etc/vipops/agent.yaml", "This node's configuration: vipops-agent.yaml(5).")
        .entry("/etc/default/vipops", "Settings of vipops.service.")
        .entry("/var/lib/vipops", "The copy of the repository, and the generations rendered from it.")
        .entry("/run/vipops/control.sock", "Where the agent is asked; for root and group vipops.")
        .entry("/etc/nginx/nginx.conf", "A link to the generation in force, after vipops adopt.");
  }

  /** Paragraphs: in help, an empty line is between two of them. */
  private static List<String> description(String[] lines) {
    String text = String.join("\n", lines).replace("%n", "\n").replace("%%", "%");
    return Stream.of(text.split("\n\\s*\n", -1))
        .map(it -> it.replace('\n', ' ').strip())
        .filter(it -> !it.isEmpty())
        .toList();
  }

  private static String withoutDot(String sentence) {
    int end = sentence.indexOf(". ");
    String first = end < 0 ? sentence : sentence.substring(0, end);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }
}
