package io.vipops.apply;

import io.vipops.render.Generation;
import io.vipops.render.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rendered configurations on disk, {@code generations/<id>} in the state folder, and the link
 * {@code current}, whose replacement by rename is the one commit point of an apply.
 */
public final class Generations {
  /** What an id looks like; anything else is no generation of ours. */
  private static final String ID = "[0-9a-f]{12}";

  private final Path stateDir;
  private final Path root;
  private final Path current;

  public Generations(Path stateDir) {
    this.stateDir = stateDir;
    this.root = stateDir.resolve("generations");
    this.current = stateDir.resolve("current");
  }

  /** The folder of generation {@code id}. */
  public Path folder(String id) {
    return root.resolve(id);
  }

  /**
   * Writes a generation through to the disk, unless it is there whole already. A crash leaves
   * {@code <id>.tmp} at most, a failure nothing.
   */
  public void stage(Generation generation, Manifest manifest, Settling settling)
      throws IOException {
    Path folder = folder(generation.id());
    if (isWhole(generation.id(), manifest)) {
      Durable.replace(folder.resolve(Settling.NAME), settling.encode());
      makeYoungest(folder);
      return;
    }
    Path next = root.resolve(generation.id() + ".tmp");
    Durable.removeTree(next);
    Durable.makeFolder(root);
    SortedMap<String, byte[]> files = contents(generation, manifest, settling);
    try {
      write(next, files);
    } catch (IOException e) {
      long needed = files.values().stream().mapToLong(bytes -> bytes.length).sum();
      IOException told = StorageException.of(stateDir, e, needed); // by how full it is now
      removeHalf(next, e);
      throw told;
    }
    Durable.removeTree(folder); // only ever a damaged one
    Files.move(next, folder);
    makeYoungest(folder);
    Durable.sync(root);
  }

  /**
   * Puts right what is wrong with a generation that may be in force: file by file, each by rename,
   * so that what is read meanwhile is there at any moment.
   *
   * @return what was wrong, on one line; empty: nothing
   */
  public String repair(Generation generation, Manifest manifest, Settling settling)
      throws IOException {
    String id = generation.id();
    String wrong;
    Set<String> right = Set.of();
    try {
      Integrity found = Integrity.of(id, folder(id));
      wrong = found.text();
      right = new TreeSet<>(manifest.hashes().keySet());
      right.removeAll(found.changed());
      right.removeAll(found.exposed());
      for (String extra : found.extra()) {
        Durable.removeTree(folder(id).resolve(extra));
      }
    } catch (IOException e) {
      wrong = String.valueOf(e.getMessage());
    }
    if (wrong.isEmpty()) {
      return wrong;
    }
    if (!Files.isDirectory(folder(id), LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(folder(id));
      stage(generation, manifest, settling);
      return wrong;
    }
    SortedMap<String, byte[]> files = contents(generation, manifest, settling);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (!right.contains(file.getKey())) {
        replace(folder(id), file.getKey(), file.getValue());
      }
    }
    load(id, wrong);
    return wrong;
  }

  private void load(String id, String wrong) throws IOException {
    try {
      Settling unused = load(id);
    } catch (ApplyFailure e) {
      throw new IOException(wrong + "; still after the repair: " + e.line(), e);
    }
  }

  private static void replace(Path folder, String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Path parent = Durable.folderOf(file);
    if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(parent);
    }
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      Durable.removeTree(file);
    }
    Durable.replace(file, bytes, isPublic(name) ? Durable.PUBLIC : Durable.SECRET);
  }

  private static SortedMap<String, byte[]> contents(
      Generation generation, Manifest manifest, Settling settling) {
    SortedMap<String, byte[]> files = new TreeMap<>(generation.files());
    files.put(Settling.NAME, settling.encode());
    files.put(Manifest.NAME, manifest.encode());
    return files;
  }

  private static void write(Path next, SortedMap<String, byte[]> files) throws IOException {
    Files.createDirectories(next);
    Set<Path> folders = new TreeSet<>(Comparator.reverseOrder());
    folders.add(next);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = next.resolve(file.getKey()).normalize();
      if (!target.startsWith(next)) {
        throw new IOException(next + ": bad path " + file.getKey());
      }
      for (Path at = target.getParent(); at != null && !at.equals(next); at = at.getParent()) {
        folders.add(at);
        Files.createDirectories(at);
      }
      Durable.write(
          target, file.getValue(), isPublic(file.getKey()) ? Durable.PUBLIC : Durable.SECRET);
    }
    for (Path each : folders) {
      Durable.sync(each);
    }
  }

  /** Half a generation on a full disk would keep it full. */
  private static void removeHalf(Path next, IOException cause) {
    try {
      Durable.removeTree(next);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Younger than all others by its time, also where the clock was set back. */
  private void makeYoungest(Path folder) throws IOException {
    Instant youngest = Instant.now();
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : entries.toList()) {
        Instant age = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (!entry.equals(folder) && !age.isBefore(youngest)) {
          youngest = age.plusMillis(1);
        }
      }
    }
    Files.setLastModifiedTime(folder, FileTime.from(youngest));
  }

  /** nginx.conf names files, it holds no secrets; everything else may. */
  static boolean isPublic(String path) {
    return path.endsWith(".conf");
  }

  private boolean isWhole(String id, Manifest manifest) {
    try {
      if (!Integrity.of(id, folder(id)).isClean()) {
        return false;
      }
      return Manifest.decode(Files.readAllBytes(folder(id).resolve(Manifest.NAME)))
          .map(there -> there.hashes().equals(manifest.hashes()))
          .orElse(false);
    } catch (IOException e) {
      return false; // written anew
    }
  }

  /**
   * How to watch generation {@code id}, after a look at every file that its manifest names.
   *
   * @throws ApplyFailure of the host, if anything is missing or was changed
   */
  public Settling load(String id) throws ApplyFailure {
    Path folder = folder(id);
    try {
      Integrity found = Integrity.of(id, folder);
      if (!found.isWhole()) {
        throw new IOException(found.text());
      }
      return Settling.decode(Files.readAllBytes(folder.resolve(Settling.NAME)));
    } catch (IOException | RuntimeException e) {
      throw new ApplyFailure(
          "generation " + id + " in " + folder + " is damaged (" + e.getMessage() + ")", e);
    }
  }

  /** The ids of all that are on the disk, whole or not. */
  public List<String> kept() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> name.matches(ID))
          .sorted()
          .toList();
    }
  }

  /** Whether the folder of generation {@code id} is on the disk, whole or not. */
  public boolean has(String id) {
    return Files.isDirectory(folder(id), LinkOption.NOFOLLOW_LINKS);
  }

  /** What is wrong with generation {@code id}, on one line; empty: nothing, to the last mode. */
  public String inspect(String id) {
    try {
      return Integrity.of(id, folder(id)).text();
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * All that can be said of generation {@code id} without reading it. A file's change time is the
   * kernel's: it tells a change also where size and modification time were put back.
   */
  public String stamp(String id) {
    StringBuilder stamp = new StringBuilder(id);
    try (Stream<Path> files = Files.walk(folder(id))) {
      for (Path file : files.sorted().toList()) {
        stamp
            .append('\n')
            .append(file)
            .append(
                new TreeMap<>(
                    Files.readAttributes(
                        file, "unix:size,ino,mode,uid,ctime", LinkOption.NOFOLLOW_LINKS)));
      }
    } catch (IOException | UncheckedIOException e) {
      return ""; // never the stamp of a clean one
    }
    return stamp.toString();
  }

  /** The commit that generation {@code id} was rendered from; empty if it is damaged. */
  public String commit(String id) {
    try {
      return Manifest.decode(Files.readAllBytes(folder(id).resolve(Manifest.NAME)))
          .map(Manifest::commit)
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The generation that {@code current} points at; empty before the first apply, and where it is
   * anything else than the link that {@link #switchTo} makes.
   */
  public Optional<String> current() throws IOException {
    if (!Files.isSymbolicLink(current)) {
      return Optional.empty();
    }
    Path target = Files.readSymbolicLink(current);
    String id = String.valueOf(target.getFileName());
    return id.matches(ID) && target.equals(target(id)) ? Optional.of(id) : Optional.empty();
  }

  /** What stands at {@code current}, for people. */
  public String currentText() {
    if (Files.isSymbolicLink(current)) {
      try {
        return current + " points at " + Files.readSymbolicLink(current);
      } catch (IOException e) {
        return current + " cannot be read: " + e.getMessage();
      }
    }
    return current
        + (Files.exists(current, LinkOption.NOFOLLOW_LINKS) ? " is no link" : " is missing");
  }

  private static Path target(String id) {
    return Path.of("generations", id);
  }

  /**
   * The commit point: {@code current} points at {@code id} from here on, also after a crash.
   *
   * @param id null: at nothing, as before the first apply
   */
  public void switchTo(@Nullable String id) throws IOException {
    if (Files.isDirectory(current, LinkOption.NOFOLLOW_LINKS)) {
      // No rename replaces a folder; whoever put it there may want it.
      Path aside = stateDir.resolve("current.replaced-by-vipops");
      Durable.removeTree(aside);
      Files.move(current, aside);
    }
    if (id != null) {
      Durable.replaceLink(current, target(id));
    } else if (Files.deleteIfExists(current)) {
      Durable.sync(stateDir);
    }
  }

  /**
   * Removes what crashes left, and all but the youngest {@code count} and those in {@code keep}.
   */
  public void prune(int count, Set<String> keep) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    List<Path> old = new ArrayList<>();
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : entries.toList()) {
        String name = String.valueOf(entry.getFileName());
        if (name.endsWith(".tmp")) {
          Durable.removeTree(entry);
        } else if (name.matches(ID) && !keep.contains(name)) {
          old.add(entry);
        }
      }
    }
    Map<Path, FileTime> ages = new java.util.HashMap<>();
    for (Path entry : old) {
      ages.put(entry, Files.getLastModifiedTime(entry));
    }
    old.sort(Comparator.comparing((Path entry) -> ages.get(entry)).reversed());
    for (Path entry :
        old.subList(Math.min(old.size(), Math.max(0, count - keep.size())), old.size())) {
      Durable.removeTree(entry);
    }
  }
}
