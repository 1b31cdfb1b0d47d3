package io.vipops.git;

import io.vipops.spec.AgentConfig;
import io.vipops.spec.SpecReader.SourceFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.jspecify.annotations.Nullable;

/**
 * A bare copy of the branch that the node follows. Not for several threads. The copy is a cache: a
 * damaged one is thrown away and fetched again.
 */
public final class Mirror implements Closeable {
  private static final String FETCHED = "refs/vipops/head";
  private static final int MAX_PACKS = 50;

  /** How long a question may take before another is asked beside it: else half a poll. */
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);

  private final Path dir;
  private final AgentConfig.Source source;
  private final HeadQuestion question;
  private Remote remote;
  private Download download;
  private final String branchRef;
  private @Nullable FileRepository repository;

  private Mirror(Path dir, AgentConfig.Source source, Remote remote) {
    this.dir = dir;
    this.source = source;
    Duration patience = source.poll().dividedBy(2);
    this.question =
        new HeadQuestion(
            patience.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : patience,
            () -> new Remote(source, dir.resolve("home")));
    this.remote = remote;
    this.download = new Download(remote);
    this.branchRef = "refs/heads/" + source.branch();
  }

  /**
   * The mirror in {@code dir}, made there when it is first used; nothing is fetched yet.
   *
   * @throws GitFailure if the URL or its settings cannot work at all
   */
  public static Mirror open(Path dir, AgentConfig.Source source) throws GitFailure {
    GitSystem.install();
    return new Mirror(dir, source, new Remote(source, dir.resolve("home")));
  }

  /** {@code source.url} without credentials. */
  public String shownUrl() {
    return remote.shownUrl();
  }

  /**
   * Asks the remote where the branch stands (ls-remote): its 40-digit SHA.
   *
   * @throws GitFailure if it cannot be asked or has no such branch
   */
  public String head() throws GitFailure {
    HeadQuestion.Answer answer = question.ask(remote, repository(), branchRef);
    if (answer.remote() != remote) {
      remote = answer.remote();
      download = new Download(remote);
    }
    String head = answer.sha();
    if (head == null) {
      throw GitFailure.ofHost(
          "ls-remote "
              + shownUrl()
              + ": no branch "
              + source.branch()
              + ": push it or set"
              + " source.branch");
    }
    return head;
  }

  /** Whether a question is still under way beside the one that was answered. */
  public boolean isAsking() {
    return question.lastsOver(Duration.ZERO);
  }

  /** Whether such a question's time is over: it ends with the process alone. */
  public boolean hangs() {
    return question.lastsOver(source.timeout().plus(LEAST_PATIENCE));
  }

  /**
   * The commit {@code head}, fetched unless it is here already. If the branch moved meanwhile, the
   * commit that it moved to.
   *
   * @throws GitFailure if it cannot be fetched
   */
  public Commit fetch(String head) throws GitFailure {
    FileRepository mirror = repository();
    try {
      if (!mirror.getObjectDatabase().has(ObjectId.fromString(head))) {
        mirror = joined();
        download.fetch(mirror, new RefSpec("+" + branchRef + ":" + FETCHED), head);
        ObjectId fetched = mirror.resolve(FETCHED);
        return commit(mirror, fetched == null ? ObjectId.fromString(head) : fetched);
      }
      return commit(mirror, ObjectId.fromString(head));
    } catch (IOException e) {
      throw damaged(e);
    } catch (GitFailure e) {
      if (FailureText.mirrorIsDamaged(e)) {
        throw damaged(e);
      }
      throw e;
    }
  }

  /**
   * The mirror with few packs. Where files were left out, packs cannot be joined, and a new copy is
   * fetched.
   */
  private FileRepository joined() throws GitFailure, IOException {
    FileRepository mirror = repository();
    if (!Download.isFiltered(mirror)) {
      mirror.autoGC(NullProgressMonitor.INSTANCE);
    } else if (mirror.getObjectDatabase().getPacks().size() >= MAX_PACKS) {
      close(repository);
      repository = null;
      removeAll();
    }
    return repository();
  }

  /** Whether the commit is here. */
  public boolean has(String sha) throws GitFailure {
    return repository().getObjectDatabase().has(ObjectId.fromString(sha));
  }

  /**
   * Looks at every commit that {@code head} has and {@code known} have not, parents first and
   * {@code head} last, until something is found. With no {@code known}, at {@code head} alone.
   *
   * @param known commits that are here
   * @return null: nothing was found
   * @throws GitFailure of the commit, if one is larger than 1 MiB
   */
  public <T> @Nullable T firstOf(Commit head, List<String> known, CommitWalk.Look<T> look)
      throws GitFailure {
    try (RevWalk walk = new RevWalk(repository())) {
      return new CommitWalk(walk).firstOf(head, known, look);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** Whether {@code sha} has {@code ancestor} in its history, or is it. */
  public boolean descends(String sha, String ancestor) throws GitFailure {
    try (RevWalk walk = new RevWalk(repository())) {
      ObjectId from = ObjectId.fromString(ancestor);
      if (!repository().getObjectDatabase().has(from)) {
        return false;
      }
      return walk.isMergedInto(walk.parseCommit(from), walk.parseCommit(ObjectId.fromString(sha)));
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /**
   * What stands at {@code path}: one file, or the {@code *.yaml} of one folder in the order of
   * their names.
   *
   * @throws GitFailure of the commit, if there is nothing, a link, a submodule or more than 4 MiB
   */
  public List<SourceFile> read(Commit commit, String path) throws GitFailure {
    try (RevWalk walk = new RevWalk(repository())) {
      RevCommit parsed = walk.parseCommit(ObjectId.fromString(commit.sha()));
      return new CommitFiles(
              walk.getObjectReader(), parsed, commit.shortSha(), Download.isFiltered(repository()))
          .read(path);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static Commit commit(FileRepository mirror, ObjectId id) throws IOException, GitFailure {
    try (RevWalk walk = new RevWalk(mirror)) {
      RevCommit parsed = walk.parseCommit(id);
      requireAuthor(parsed);
      return commit(parsed);
    }
  }

  /** Who and what of it, fit for a terminal. */
  static Commit commit(RevCommit commit) {
    PersonIdent author = commit.getAuthorIdent();
    String who =
        author == null ? "nobody" : author.getName() + " <" + author.getEmailAddress() + ">";
    return new Commit(
        commit.name(), FailureText.oneLine(who), FailureText.oneLine(commit.getShortMessage()));
  }

  /**
   * Refuses a commit that JGit cannot read to its author: something stands among its parents that
   * Git does not put there, and parents after it would be overlooked.
   */
  static void requireAuthor(RevCommit commit) throws GitFailure {
    if (commit.getAuthorIdent() == null) {
      String line = "commit " + commit.name().substring(0, 7) + " has no author line where Git has";
      throw GitFailure.ofFetch(line + " it: make it anew with git", commit.name(), new Throwable());
    }
  }

  private FileRepository repository() throws GitFailure {
    if (repository != null) {
      return repository;
    }
    try {
      boolean isNew = !Files.exists(dir.resolve("config"));
      if (isNew) {
        removeAll();
      } else {
        removeLeftovers();
      }
      Files.createDirectories(dir);
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
      FileRepository opened = new Intake(dir.toFile());
      if (isNew) {
        opened.create(true);
        keepSmall(opened.getConfig());
      }
      repository = opened;
      return opened;
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** Each fetch brings a pack: packs are joined now and then, within little memory. */
  private static void keepSmall(StoredConfig config) throws IOException {
    config.setInt("gc", null, "autoPackLimit", MAX_PACKS);
    config.setBoolean("gc", null, "autoDetach", false);
    config.setString("gc", null, "prunePackExpire", "now");
    config.setString("gc", null, "pruneExpire", "now");
    config.setInt("pack", null, "threads", 1);
    config.setInt("pack", null, "windowMemory", 4 << 20);
    config.setInt("pack", null, "deltaCacheSize", 1 << 20);
    config.save();
  }

  /**
   * What a process that was killed in a fetch left: nobody else uses this folder. A pack without
   * its index would be taken for one that is there, and its objects not be found.
   */
  private void removeLeftovers() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean halfPack =
            name.endsWith(".pack")
                && !Files.exists(file.resolveSibling(name.replaceFirst("pack$", "idx")));
        if (name.endsWith(".lock")
            || name.endsWith(".keep")
            || name.startsWith("incoming_")
            || name.equals("gc.pid")
            || halfPack) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void removeAll() throws IOException {
    if (!Files.isDirectory(dir)) {
      return;
    }
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private GitFailure damaged(Throwable cause) {
    close(repository);
    repository = null;
    if (FailureText.isStorage(cause)) {
      // The copy is as good as the disk lets it be: without it a full one could not be used either.
      return GitFailure.ofHost("mirror " + dir + ": " + FailureText.why(cause), cause);
    }
    try {
      removeAll();
    } catch (IOException e) {
      return GitFailure.ofHost(
          "mirror " + dir + ": " + FailureText.why(e) + ": check the disk and the folder's rights",
          e);
    }
    return GitFailure.ofHost(
        "mirror " + dir + " was damaged (" + FailureText.why(cause) + "): it is fetched anew",
        cause);
  }

  private static void close(@Nullable FileRepository repository) {
    if (repository != null) {
      repository.close();
    }
  }

  @Override
  public void close() {
    close(repository);
    repository = null;
    remote.close();
  }
}
