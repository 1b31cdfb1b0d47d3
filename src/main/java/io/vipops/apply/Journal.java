package io.vipops.apply;

import io.vipops.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an apply was about to do when the process ended: written through to the disk before each
 * phase begins. One file, {@code journal} in the state folder.
 */
public final class Journal {
  /**
   * {@code SWITCH}: {@code current} is being replaced; {@code CONVERGE}: nginx and VRRP follow;
   * {@code SETTLE}: proven, watched; {@code APPLIED}: nothing is under way; {@code ROLLBACK}: back
   * to the previous one.
   */
  public enum Phase {
    SWITCH,
    CONVERGE,
    SETTLE,
    APPLIED,
    ROLLBACK
  }

  /**
   * @param previous the generation to go back to; null: there was none
   * @param next the generation to take into force
   * @param commit the commit that asked for it
   */
  public record Entry(@Nullable String previous, String next, Phase phase, String commit) {
    public Entry in(Phase phase) {
      return new Entry(previous, next, phase, commit);
    }
  }

  private final Path file;

  public Journal(Path stateDir) {
    this.file = stateDir.resolve("journal");
  }

  /** Writes {@code entry} through to the disk. */
  public void write(Entry entry) throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("previous", entry.previous());
    json.put("next", entry.next());
    json.put("phase", entry.phase().name().toLowerCase(Locale.ROOT));
    json.put("commit", entry.commit());
    Durable.replace(file, Json.encode(json));
  }

  /** Whether anything was ever applied, and not forgotten since. */
  boolean exists() {
    return Files.exists(file);
  }

  /** Forgets what was under way, with all that was in force: nothing of ours is any more. */
  void clear() throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * The last entry; empty if there never was one.
   *
   * @throws IOException if the file cannot be read or is not a journal
   */
  public Optional<Entry> read() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      Map<String, @Nullable Object> json = Json.decode(bytes);
      Object previous = json.get("previous");
      return Optional.of(
          new Entry(
              previous == null ? null : previous.toString(),
              String.valueOf(json.get("next")),
              Phase.valueOf(String.valueOf(json.get("phase")).toUpperCase(Locale.ROOT)),
              String.valueOf(json.get("commit"))));
    } catch (Json.MalformedException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }
}
