package io.vipops.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;

/** Parser events to nodes; every limit is checked before what exceeds it is built. */
final class YamlComposer {
  /** Text that is not read any further, and why. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final transient Problem problem;

    RefusedException(Problem problem) {
      super(problem.message(), null, false, false);
      this.problem = problem;
    }
  }

  /** A finished anchor; empty while its node is still being read. */
  private record Anchor(Optional<YamlNode> node, int size) {}

  private final String file;
  private final Parser parser;
  private final List<Problem> problems;
  private final Map<String, Anchor> anchors = new HashMap<>();
  private int aliases;
  private int nodes;

  YamlComposer(String file, Parser parser, List<Problem> problems) {
    this.file = file;
    this.parser = parser;
    this.problems = problems;
  }

  /** The one document of the stream; null where it has none. */
  @Nullable YamlNode document() throws RefusedException {
    next(); // StreamStart
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      return null;
    }
    next(); // DocumentStart
    YamlNode root = node(next(), 1);
    next(); // DocumentEnd
    Event after = next();
    if (!after.is(Event.ID.StreamEnd)) {
      throw refused("yaml-documents", after, "a second document: put one document into each file");
    }
    return root;
  }

  private YamlNode node(Event event, int depth) throws RefusedException {
    if (depth > Yaml.MAX_DEPTH) {
      throw refused("yaml-depth", event, "nested deeper than " + Yaml.MAX_DEPTH + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return alias(alias);
    }
    String anchor = ((NodeEvent) event).getAnchor();
    int before = nodes;
    if (anchor != null) {
      anchors.put(anchor, new Anchor(Optional.empty(), 0));
    }
    count(1, event);
    YamlNode node =
        event instanceof ScalarEvent scalar
            ? scalar(scalar)
            : collection((CollectionStartEvent) event, depth);
    if (anchor != null) {
      anchors.put(anchor, new Anchor(Optional.of(node), nodes - before));
    }
    return node;
  }

  private YamlNode alias(AliasEvent event) throws RefusedException {
    if (++aliases > Yaml.MAX_ALIASES) {
      throw refused("yaml-aliases", event, "more than " + Yaml.MAX_ALIASES + " aliases");
    }
    String name = event.getAnchor();
    Anchor anchor = anchors.get(name);
    if (anchor == null) {
      // Not its name: it may be a password that begins with *.
      String message = "an alias has no anchor above: put quotes around text that begins with *";
      throw refused("yaml-syntax", event, message);
    }
    if (anchor.node().isEmpty()) {
      throw refused("yaml-recursion", event, "alias *" + name + " stands inside its own anchor");
    }
    // What an alias stands for counts each time, or a few aliases of aliases would be millions.
    count(anchor.size(), event);
    return anchor.node().get().movedTo(position(event));
  }

  private YamlNode scalar(ScalarEvent event) throws RefusedException {
    refuseTag(event, event.getTag());
    String text = event.getValue();
    return new YamlNode.Scalar(
        position(event), text, event.isPlain() ? CoreScalars.resolve(text) : text);
  }

  private YamlNode collection(CollectionStartEvent start, int depth) throws RefusedException {
    refuseTag(start, start.getTag());
    return start.is(Event.ID.SequenceStart) ? sequence(start, depth) : mapping(start, depth);
  }

  private YamlNode sequence(Event start, int depth) throws RefusedException {
    List<YamlNode> items = new ArrayList<>();
    for (Event event = next(); !event.is(Event.ID.SequenceEnd); event = next()) {
      items.add(node(event, depth + 1));
    }
    return new YamlNode.Sequence(position(start), items);
  }

  private YamlNode mapping(Event start, int depth) throws RefusedException {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    for (Event event = next(); !event.is(Event.ID.MappingEnd); event = next()) {
      Position keyAt = position(event);
      if (!(node(event, depth + 1) instanceof YamlNode.Scalar key)) {
        throw refused("yaml-key", event, "a key must be text");
      }
      if (key.text().length() > Yaml.MAX_KEY) {
        throw refused("yaml-key", event, "a key has at most " + Yaml.MAX_KEY + " characters");
      }
      YamlNode value = node(next(), depth + 1);
      if (key.text().equals("<<")) {
        problems.add(
            error("yaml-key", keyAt, "merge key << is not part of YAML 1.2: repeat the keys"));
      } else {
        YamlNode.Entry first = entries.putIfAbsent(key.text(), new YamlNode.Entry(keyAt, value));
        if (first != null) {
          String where = " is already given on line " + first.keyAt().line();
          problems.add(error("yaml-duplicate-key", keyAt, "key " + key.text() + where));
        }
      }
    }
    return new YamlNode.Mapping(position(start), entries);
  }

  private void refuseTag(Event event, @Nullable String tag) throws RefusedException {
    if (tag != null) {
      throw refused("yaml-tag", event, "tags such as !!str are not allowed: remove it");
    }
  }

  private void count(int more, Event event) throws RefusedException {
    nodes += more;
    if (nodes > Yaml.MAX_NODES) {
      throw refused("yaml-nodes", event, "more than " + Yaml.MAX_NODES + " values");
    }
  }

  private Event next() {
    return parser.getEvent();
  }

  private RefusedException refused(String rule, Event event, String message) {
    return new RefusedException(error(rule, position(event), message));
  }

  private static Problem error(String rule, Position at, String message) {
    return new Problem(Severity.ERROR, rule, at, message);
  }

  private Position position(Event event) {
    Mark mark = event.getStartMark();
    return new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
  }
}
