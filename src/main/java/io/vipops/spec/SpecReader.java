package io.vipops.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Bytes to a cluster: YAML, schema, rules; all problems at once. */
public final class SpecReader {
  private SpecReader() {}

  /** One file of a spec, named as the user knows it. */
  public record SourceFile(String name, byte[] bytes) {}

  /**
   * What was read.
   *
   * @param spec null where there is an error among the problems
   * @param problems in the order of their positions
   */
  public record Reading(@Nullable Spec spec, List<Problem> problems) {}

  /** Reads one spec, of one file or of all files of a folder, in the order of their names. */
  public static Reading read(List<SourceFile> files) {
    return read(files, Schemas.read("cluster"), Rules.ALL, new BoundedProblems());
  }

  /** By a schema and some of the rules; adds to {@code problems}. */
  static Reading read(
      List<SourceFile> files,
      Map<String, @Nullable Object> shape,
      Set<Rules> rules,
      BoundedProblems problems) {
    List<YamlNode.Mapping> roots = roots(files, problems);
    if (!problems.isEmpty() || roots.isEmpty()) {
      // The schema would miss what an unreadable file has.
      return new Reading(null, Problems.sorted(problems));
    }
    YamlNode.Mapping root = SpecFolder.merge(roots, problems);
    SourceMap source = new SourceMap(new YamlPositions(root));
    SchemaCheck schema = new SchemaCheck(shape, problems);
    schema.check(root);
    Cluster cluster = new ClusterDecoder(root, schema, problems).decode();
    Allowances allowances = new Allowances(comments(files), problems);
    Findings findings = new Findings(root, source, allowances, problems);
    Rules.errors(rules, cluster, findings);
    if (Problems.hasError(problems)) {
      return new Reading(null, Problems.sorted(problems));
    }
    Rules.warnings(rules, cluster, findings);
    allowances.reportStale();
    return new Reading(new Spec(cluster, source), Problems.sorted(problems));
  }

  private static List<AllowComment> comments(List<SourceFile> files) {
    List<AllowComment> comments = new ArrayList<>();
    for (SourceFile file : files) {
      comments.addAll(AllowComment.of(file));
    }
    return comments;
  }

  private static List<YamlNode.Mapping> roots(List<SourceFile> files, List<Problem> problems) {
    List<SourceFile> sorted = new ArrayList<>(files);
    if (sorted.size() > 1) {
      sorted.sort(Comparator.comparing(SourceFile::name));
    }
    List<YamlNode.Mapping> roots = new ArrayList<>();
    for (SourceFile file : sorted) {
      YamlNode.Mapping root = Yaml.read(file.name(), file.bytes()).mapping(problems);
      if (root != null) {
        roots.add(root);
      }
    }
    return roots;
  }
}
