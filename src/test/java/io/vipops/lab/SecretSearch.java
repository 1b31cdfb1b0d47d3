package io.vipops.lab;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks for secrets in all that was printed, written and shown: as they are, in base64 wherever
 * they may lie in it, in hexadecimal, and percent-encoded.
 */
public final class SecretSearch {
  private final Map<String, Set<String>> forms = new LinkedHashMap<>();
  private final Map<String, Set<String>> texts = new ConcurrentHashMap<>();

  /**
   * Adds a secret.
   *
   * @param name of it, for messages
   * @param secret at least six characters
   */
  public void secret(String name, String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    Set<String> all = new TreeSet<>(Set.of(secret));
    all.add(HexFormat.of().formatHex(bytes));
    all.add(HexFormat.of().withUpperCase().formatHex(bytes));
    all.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
    all.add(URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"));
    for (int offset = 0; offset < 3; offset++) {
      byte[] moved = new byte[offset + bytes.length];
      System.arraycopy(bytes, 0, moved, offset, bytes.length);
      int from = (offset * 8 + 5) / 6;
      int to = moved.length * 8 / 6;
      all.add(Base64.getEncoder().encodeToString(moved).substring(from, to));
      all.add(Base64.getUrlEncoder().encodeToString(moved).substring(from, to));
    }
    forms.put(name, all);
  }

  /** Adds a text to look through; a second one of the same place is added to the first. */
  public void text(String where, String text) {
    texts.computeIfAbsent(where, it -> ConcurrentHashMap.newKeySet()).add(text);
  }

  /** Adds a file, whatever bytes it has. */
  public void file(Path file) throws IOException {
    text(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
  }

  /** Adds what the kernel shows of the processes in a network namespace now. */
  public void processes(String namespace) throws IOException {
    Object network = inode(Path.of("/run/netns", namespace));
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        try {
          if (inode(process.resolve("ns/net")).equals(network)) {
            text("a process list", read(process.resolve("cmdline")));
            text("an environment", read(process.resolve("environ")));
          }
        } catch (IOException e) {
          continue; // it has ended
        }
      }
    }
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  /** Where which secret was found; never the secret. */
  public Map<String, Set<String>> found() {
    Map<String, Set<String>> found = new TreeMap<>();
    texts.forEach(
        (where, all) ->
            forms.forEach(
                (name, words) -> {
                  if (all.stream().anyMatch(text -> words.stream().anyMatch(text::contains))) {
                    found.computeIfAbsent(where, it -> new TreeSet<>()).add(name);
                  }
                }));
    return found;
  }

  /** How much was looked through, in words. */
  public String extent() {
    int all = texts.values().stream().mapToInt(Set::size).sum();
    int words = forms.values().stream().mapToInt(Set::size).sum();
    return "%d secrets in %d forms, %d texts of %d places"
        .formatted(forms.size(), words, all, texts.size());
  }
}
