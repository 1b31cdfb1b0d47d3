package io.vipops.apply;

import io.vipops.json.Json;
import io.vipops.render.Generation;
import io.vipops.render.Manifest;
import java.io.IOException;
import java.nio.file.Files;
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
   * {@code <id>.tmp} at most.
   */
  public void stage(Generation generation, Manifest manifest, Settling settling)
      throws IOException {
    Path folder = folder(generation.id());
    if (isWhole(generation.id(), manifest)) {
      Durable.replace(folder.resolve(Settling.NAME), settling.encode());
      Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
      return;
    }
    Path next = root.resolve(generation.id() + ".tmp");
    Durable.removeTree(next);
    Durable.makeFolder(root);
    Files.createDirectories(next);
    Set<Path> folders = new TreeSet<>(Comparator.reverseOrder());
    folders.add(next);
    for (Map.Entry<String, byte[]> file : generation.files().entrySet()) {
      Path target = next.resolve(file.getKey()).normalize();
      if (!target.startsWith(next)) {
        throw new IOException("generation " + generation.id() + ": bad path " + file.getKey());
      }
      for (Path at = target.getParent(); at != null && !at.equals(next); at = at.getParent()) {
        folders.add(at);
        Files.createDirectories(at);
      }
      Durable.write(
          target, file.getValue(), isPublic(file.getKey()) ? Durable.PUBLIC : Durable.SECRET);
    }
    Durable.write(next.resolve(Settling.NAME), settling.encode(), Durable.SECRET);
    Durable.write(next.resolve(Manifest.NAME), manifest.encode(), Durable.SECRET);
    for (Path each : folders) {
      Durable.sync(each);
    }
    Durable.removeTree(folder); // only ever a damaged one
    Files.move(next, folder);
    Durable.sync(root);
  }

  /** nginx.conf names files, it holds no secrets; everything else may. */
  private static boolean isPublic(String path) {
    return path.endsWith(".conf");
  }

  private boolean isWhole(String id, Manifest manifest) {
    try {
      load(id);
      return Manifest.decode(Files.readAllBytes(folder(id).resolve(Manifest.NAME)))
          .map(there -> there.hashes().equals(manifest.hashes()))
          .orElse(false);
    } catch (ApplyFailure | IOException e) {
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
      Manifest manifest =
          Manifest.decode(Files.readAllBytes(folder.resolve(Manifest.NAME)))
              .orElseThrow(() -> new IOException(Manifest.NAME + " is not a manifest"));
      SortedMap<String, byte[]> files = new TreeMap<>();
      for (String file : manifest.hashes().keySet()) {
        if (Files.exists(folder.resolve(file))) {
          files.put(file, Files.readAllBytes(folder.resolve(file)));
        }
      }
      Set<String> differences = manifest.differences(files);
      if (!differences.isEmpty()) {
        throw new IOException("changed on disk: " + String.join(", ", differences));
      }
      return Settling.decode(Files.readAllBytes(folder.resolve(Settling.NAME)));
    } catch (IOException | Json.MalformedException | RuntimeException e) {
      throw new ApplyFailure(
          "generation " + id + " in " + folder + " is damaged (" + e.getMessage() + ")", e);
    }
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

  /** The generation that {@code current} points at; empty before the first apply. */
  public Optional<String> current() throws IOException {
    if (!Files.isSymbolicLink(current)) {
      return Optional.empty();
    }
    Path id = Files.readSymbolicLink(current).getFileName();
    return id != null && id.toString().matches(ID) ? Optional.of(id.toString()) : Optional.empty();
  }

  /**
   * The commit point: {@code current} points at {@code id} from here on, also after a crash.
   *
   * @param id null: at nothing, as before the first apply
   */
  public void switchTo(@Nullable String id) throws IOException {
    if (id != null) {
      Durable.replaceLink(current, Path.of("generations", id));
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
