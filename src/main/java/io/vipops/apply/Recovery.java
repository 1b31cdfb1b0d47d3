package io.vipops.apply;

import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code current} whole before nginx is started at boot, from the state folder alone. What is
 * left to do, nginx and VRRP, is the worker's {@code resume}, to which this leaves the journal.
 */
public final class Recovery {
  private final Generations generations;
  private final Journal journal;
  private final NginxLink link;
  private final Path config;

  public Recovery(AgentConfig.Nginx nginx, Path stateDir) {
    this.generations = new Generations(stateDir);
    this.journal = new Journal(stateDir);
    this.config = nginx.config();
    this.link = new NginxLink(config, stateDir.resolve("current/nginx/nginx.conf"));
  }

  /**
   * What a recovery found and did.
   *
   * @param generation the one in force, whole; null: there is none
   * @param line for people
   * @param mended whether it is another than the one that {@code current} led to
   */
  public record Result(@Nullable String generation, String line, boolean mended) {}

  /**
   * Looks and mends.
   *
   * @param proven generations that have served before, the newest first
   * @throws IOException if the disk does not let it
   */
  public Result run(List<String> proven) throws IOException {
    Journal.Entry entry = entry();
    String current = generations.current().orElse(null);
    if (current == null && entry == null) {
      return withoutGeneration("no generation yet", false);
    }
    if (entry != null && entry.phase() == Journal.Phase.ROLLBACK && entry.previous() == null) {
      // Before current goes, so that nginx's configuration leads somewhere at any moment.
      link.undo();
      generations.switchTo(null);
      return withoutGeneration("no generation is in force", false);
    }
    String wanted = entry == null ? current : wanted(entry, current);
    if (wanted == null) {
      return withoutGeneration("no generation yet", false);
    }
    String damage = damage(wanted);
    if (damage != null) {
      return replace(wanted, damage, entry, proven);
    }
    if (wanted.equals(current)) {
      String line = "generation " + wanted + " is whole" + underWay(entry) + linkText();
      return new Result(wanted, line, false);
    }
    boolean back = entry != null && entry.phase() == Journal.Phase.ROLLBACK;
    String found = generations.currentText();
    generations.switchTo(wanted);
    return back
        ? new Result(wanted, "finished the way back to generation " + wanted, false)
        : new Result(
            wanted, found + "; generation " + wanted + " is in force again" + linkText(), true);
  }

  /**
   * Which generation is to be in force; null: none yet. Where an apply is under way, {@code
   * current} says how far it came; where none is, the journal has the last word, and {@code
   * current} was changed by somebody else, or by a recovery that did not come to its end.
   */
  private static @Nullable String wanted(Journal.Entry entry, @Nullable String current) {
    return switch (entry.phase()) {
      case ROLLBACK -> entry.previous();
      case APPLIED -> entry.next();
      case SWITCH, CONVERGE -> current != null ? current : entry.previous();
      case SETTLE -> entry.next();
    };
  }

  /** The newest that has served and is whole takes the place of a damaged one. */
  private Result replace(
      String damaged, String damage, Journal.@Nullable Entry entry, List<String> proven)
      throws IOException {
    Set<String> candidates = new LinkedHashSet<>();
    if (entry != null && entry.previous() != null) {
      candidates.add(entry.previous());
    }
    if (entry != null && entry.phase() == Journal.Phase.APPLIED) {
      // A recovery before this one wrote it down, and died before current followed.
      candidates.add(entry.next());
    }
    generations.current().ifPresent(candidates::add);
    candidates.addAll(proven);
    candidates.remove(damaged);
    if (entry != null && entry.phase() == Journal.Phase.ROLLBACK) {
      // It was on its way out: better than nothing, and than nothing else.
      candidates.remove(entry.next());
      candidates.add(entry.next());
    }
    for (String candidate : candidates) {
      if (damage(candidate) == null) {
        // First what is true in any case, so that a crash in between is only recovered again.
        journal.write(
            new Journal.Entry(
                null, candidate, Journal.Phase.APPLIED, generations.commit(candidate)));
        generations.switchTo(candidate);
        return new Result(
            candidate,
            damage + "; generation " + candidate + " is in force again" + linkText(),
            true);
      }
    }
    return withoutGeneration(damage + "; no other generation is whole", true);
  }

  /** Where the link leads nowhere, nginx has only its own file to start with, if it had one. */
  private Result withoutGeneration(String found, boolean mended) throws IOException {
    boolean dangles = link.state() == NginxLink.State.LINKED && !Files.exists(config);
    if (dangles && link.hasOriginal()) {
      link.undo();
      return new Result(null, found + ": " + config + " is the original again", mended);
    }
    return new Result(null, found + linkText(), mended);
  }

  private String linkText() throws IOException {
    return link.state() == NginxLink.State.MISSING && link.hasOriginal()
        ? "; " + config + " is missing: the agent makes it again, or run vipops unadopt"
        : "";
  }

  private static String underWay(Journal.@Nullable Entry entry) {
    return entry == null || entry.phase() == Journal.Phase.APPLIED
        ? ""
        : "; its apply was interrupted, the agent finishes it";
  }

  /** Damage makes the journal's word worthless, not what {@code current} points at. */
  private Journal.@Nullable Entry entry() {
    try {
      return journal.read().orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable String damage(String id) {
    try {
      Settling unused = generations.load(id);
      return null;
    } catch (ApplyFailure e) {
      return e.line();
    }
  }
}
