package io.vipops.agent;

import io.vipops.apply.Durable;
import io.vipops.engine.InstanceStatus;
import io.vipops.json.Json;
import io.vipops.vrrp.Checksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which form of the checksum the peers of each virtual router use, kept in a file: after a restart
 * an Active would else begin in a form that its peers may take for noise. Only a hint: what cannot
 * be read or written is learned again.
 */
public final class LearnedChecksums {
  private static final Logger LOG = LoggerFactory.getLogger("agent");

  private final Path file;
  private Map<String, Checksum> forms;

  private LearnedChecksums(Path file, Map<String, Checksum> forms) {
    this.file = file;
    this.forms = forms;
  }

  /** Reads what is known; nothing where there is no such file, or a damaged one. */
  public static LearnedChecksums load(Path stateDir) {
    Path file = stateDir.resolve("checksums");
    Map<String, Checksum> forms = new TreeMap<>();
    try {
      Json.decode(Files.readAllBytes(file)).forEach((router, form) -> put(forms, router, form));
    } catch (NoSuchFileException e) {
      // Nothing was learned yet.
    } catch (IOException | Json.MalformedException e) {
      LOG.warn("{}: {}; what it said is learned again", file, e.getMessage());
    }
    return new LearnedChecksums(file, forms);
  }

  private static void put(Map<String, Checksum> forms, String router, @Nullable Object form) {
    for (Checksum one : Checksum.values()) {
      if (word(one).equals(form)) {
        forms.put(router, one);
      }
    }
  }

  /** By {@link InstanceStatus#router}. */
  public Map<String, Checksum> forms() {
    return Map.copyOf(forms);
  }

  /** Writes down what changed since the last call; routers that are gone are forgotten. */
  void note(Iterable<InstanceStatus> instances) {
    Map<String, Checksum> now = new TreeMap<>();
    for (InstanceStatus one : instances) {
      Checksum learned = one.learnedChecksum();
      if (learned != null) {
        now.put(one.router(), learned);
      }
    }
    if (now.equals(forms)) {
      return;
    }
    forms = now; // a disk that is full is not asked again every second
    Map<String, String> words = new TreeMap<>();
    now.forEach((router, form) -> words.put(router, word(form)));
    try {
      Durable.replace(file, Json.encode(words));
    } catch (IOException e) {
      LOG.warn("{}: cannot be written: {}; learned again after a restart", file, e.getMessage());
    }
  }

  private static String word(Checksum form) {
    return form.name().toLowerCase(Locale.ROOT);
  }
}
