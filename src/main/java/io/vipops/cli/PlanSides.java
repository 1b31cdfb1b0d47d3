package io.vipops.cli;

import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.LocalRepository;
import io.vipops.plan.Compared;
import io.vipops.plan.Compared.Kind;
import io.vipops.plan.Compared.Origin;
import io.vipops.plan.Side;
import io.vipops.render.Host;
import io.vipops.spec.SpecReader;
import io.vipops.spec.SpecReader.SourceFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the two specs that the command line names: on disk, in a repository, at the agent. */
final class PlanSides implements AutoCloseable {
  /** How far back the last valid commit is looked for. */
  private static final int ANCESTORS = 50;

  private final Path here;
  private final String path;
  private final @Nullable String against;
  private final @Nullable AgentSide agent;
  private @Nullable LocalRepository repository;

  /**
   * @param here the folder that paths are relative to
   * @param path a path, or {@code REV:PATH}
   * @param against a path, {@code REV:PATH} or a revision; null: the agent here, else HEAD
   * @param agent null: there is none here
   */
  PlanSides(Path here, String path, @Nullable String against, @Nullable AgentSide agent) {
    this.here = here;
    this.path = path;
    this.against = against;
    this.agent = agent;
  }

  /** A spec and where it comes from. */
  record Read(Origin origin, List<SourceFile> files, SpecReader.Reading reading) {
    static Read of(Origin origin, List<SourceFile> files) {
      return new Read(origin, files, SpecReader.read(files));
    }
  }

  /**
   * The old side, of which something can always be made, and the host that both are for.
   *
   * @param agent the node whose agent the host is of; null: of none
   */
  record Old(Origin origin, Side side, Host host, @Nullable String agent, List<String> notes) {
    static Old nothing(String why) {
      return new Old(Origin.NOTHING, Side.NOTHING, Host.DEFAULT, null, List.of(why));
    }
  }

  /** The new side. */
  Read next() throws UnplannableException {
    Path onDisk = onDisk(path);
    if (onDisk != null) {
      return read(onDisk);
    }
    int colon = path.indexOf(':');
    if (colon <= 0) {
      throw new UnplannableException(path + ": no such file or folder");
    }
    String revision = path.substring(0, colon);
    Commit commit = commit(here, revision);
    String inside = inside(path.substring(colon + 1));
    List<SourceFile> files = files(commit, inside);
    if (files.isEmpty()) {
      throw new UnplannableException(inside + " does not exist at " + revision);
    }
    return Read.of(origin(path, inside, commit), files);
  }

  /** The old side; null: agent.yaml is wrong, which {@code terminal} has been told. */
  @Nullable Old old(Terminal terminal) throws UnplannableException {
    if (against == null) {
      return agent == null ? head() : agent.old(terminal);
    }
    Path onDisk = onDisk(against);
    if (onDisk != null) {
      return onDisk(read(onDisk));
    }
    int colon = against.indexOf(':');
    return colon > 0
        ? revision(against, against.substring(0, colon), inside(against.substring(colon + 1)), true)
        : revision(against, against, samePath(), false);
  }

  /** The working tree was changed, but not yet committed. */
  private Old head() throws UnplannableException {
    Path start = onDisk(path);
    if (start != null && repository(start) == null) {
      throw new UnplannableException(path + " lies in no Git repository: say --against PATH");
    }
    return revision("HEAD", "HEAD", samePath(), false);
  }

  private static Old onDisk(Read read) {
    if (read.reading.spec() != null) {
      return new Old(
          read.origin, Side.of(read.reading.spec(), Host.DEFAULT), Host.DEFAULT, null, List.of());
    }
    return Old.nothing(
        read.origin.words() + " is not valid (" + first(read.reading) + "): everything is new");
  }

  /**
   * A commit that is not valid is refused by the agents: they run the one before it.
   *
   * @param isSpelled whether the user wrote {@code inside}: then it has to be there
   */
  private Old revision(String name, String revision, String inside, boolean isSpelled)
      throws UnplannableException {
    Commit named = commit(start(), revision);
    List<String> notes = new ArrayList<>();
    Commit at = named;
    for (int n = 0; at != null && n < ANCESTORS; n++) {
      List<SourceFile> files = files(at, inside);
      if (files.isEmpty() && isSpelled && at.equals(named)) {
        throw new UnplannableException(inside + " does not exist at " + revision);
      }
      if (files.isEmpty()) {
        break;
      }
      Origin origin = origin(at.equals(named) ? name : at.shortSha(), inside, at);
      SpecReader.Reading reading = SpecReader.read(files);
      if (reading.spec() != null) {
        return new Old(origin, Side.of(reading.spec(), Host.DEFAULT), Host.DEFAULT, null, notes);
      }
      if (notes.isEmpty()) {
        notes.add(
            origin.words()
                + " is not valid ("
                + first(reading)
                + "): agents refuse it and keep the last valid commit before it");
      }
      at = parent(at);
    }
    String why =
        notes.isEmpty()
            ? inside + " does not exist at " + origin(name, inside, named).words()
            : notes.get(0) + ", and there is none";
    return Old.nothing(why + ": everything is new");
  }

  private static String first(SpecReader.Reading reading) {
    var problem = reading.problems().get(0);
    String where = problem.position().file() + ":" + problem.position().line();
    return where + " " + problem.message();
  }

  private @Nullable Path onDisk(String name) {
    try {
      Path path = here.resolve(name);
      return Files.exists(path) ? path : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static Read read(Path path) throws UnplannableException {
    try {
      Origin origin = new Origin(Compared.Kind.PATH, path.toString(), path.toString(), null, null);
      return Read.of(origin, SpecPath.read(path));
    } catch (SpecPath.UnreadableException e) {
      throw new UnplannableException(String.valueOf(e.getMessage()));
    }
  }

  private static Origin origin(String name, String inside, Commit commit) {
    return new Origin(Kind.REVISION, name, inside, commit.sha(), commit.subject());
  }

  /** PATH from the top of its repository, whether it is on disk or at a revision. */
  private String samePath() throws UnplannableException {
    Path onDisk = onDisk(path);
    if (onDisk == null) {
      return inside(path.substring(path.indexOf(':') + 1));
    }
    LocalRepository around = repository(onDisk);
    if (around == null) {
      throw new UnplannableException(
          "no path " + against + ", and " + path + " lies in no Git repository");
    }
    return around.top().relativize(absolute(onDisk)).toString();
  }

  /** As Git has it: from the top, with {@code ./} from here. */
  private String inside(String name) throws UnplannableException {
    LocalRepository around = repository(start());
    if (around == null || !(name.startsWith("./") || name.startsWith("../") || name.equals("."))) {
      return name;
    }
    return around.top().relativize(absolute(here.resolve(name))).toString();
  }

  private Path start() {
    Path onDisk = onDisk(path);
    return onDisk == null ? here : onDisk;
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private @Nullable LocalRepository repository(Path around) throws UnplannableException {
    try {
      if (repository == null) {
        repository = LocalRepository.around(absolute(around));
      }
      return repository;
    } catch (GitFailure e) {
      throw new UnplannableException(e.line());
    }
  }

  private Commit commit(Path around, String revision) throws UnplannableException {
    LocalRepository found = repository(around);
    if (found == null) {
      throw new UnplannableException(
          "no path " + revision + ", and " + absolute(around) + " lies in no Git repository");
    }
    try {
      Commit commit = found.commit(revision);
      if (commit == null) {
        throw new UnplannableException(
            revision.equals("HEAD")
                ? "the repository has no commit yet: say --against PATH"
                : "no path and no revision "
                    + revision
                    + (found.isShallow()
                        ? ": history ends here in a shallow clone: git fetch --unshallow"
                        : ""));
      }
      return commit;
    } catch (GitFailure e) {
      throw new UnplannableException(e.line());
    }
  }

  private @Nullable Commit parent(Commit commit) throws UnplannableException {
    try {
      if (repository != null && repository.isCutOff(commit)) {
        throw new UnplannableException(
            "neither "
                + commit.shortSha()
                + " nor what came after it is valid, and history ends here:"
                + " git fetch --unshallow");
      }
      return repository == null ? null : repository.parent(commit);
    } catch (GitFailure e) {
      throw new UnplannableException(e.line());
    }
  }

  private List<SourceFile> files(Commit commit, String inside) throws UnplannableException {
    try {
      return repository == null ? List.of() : repository.read(commit, inside);
    } catch (GitFailure e) {
      throw new UnplannableException(e.line());
    }
  }

  @Override
  public void close() {
    if (repository != null) {
      repository.close();
    }
  }
}
