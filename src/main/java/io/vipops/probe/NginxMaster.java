package io.vipops.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * nginx's master process, found by its pid file and verified. The pid file alone proves nothing:
 * {@code nginx -t} leaves an empty one, a crash leaves a stale one, and its number may be another
 * process's by now.
 *
 * @param pid empty: no verified master
 * @param text for people: {@code nginx master 4711}, or why there is none
 */
public record NginxMaster(OptionalLong pid, String text) {
  private static final Path PROC = Path.of("/proc");

  /**
   * Looks for the master: the pid file's process must run {@code binary}, call itself a master, and
   * live in this process's network namespace.
   */
  public static NginxMaster find(Path pidFile, Path binary) {
    String content;
    try {
      content = Files.readString(pidFile, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return none("no pid file " + pidFile);
    }
    if (!content.matches("[1-9][0-9]{0,9}")) {
      return none("no process id in " + pidFile);
    }
    return verify(Long.parseLong(content), pidFile, binary);
  }

  private static NginxMaster verify(long pid, Path pidFile, Path binary) {
    Path process = PROC.resolve(Long.toString(pid));
    try {
      // A package upgrade replaces the binary under the running master: "… (deleted)".
      String exe = Files.readSymbolicLink(process.resolve("exe")).toString();
      String wanted = Files.exists(binary) ? binary.toRealPath().toString() : binary.toString();
      boolean same = exe.equals(wanted) || exe.equals(wanted + " (deleted)");
      if (!same || !Files.readString(process.resolve("cmdline")).startsWith("nginx: master")) {
        return none("process " + pid + " of " + pidFile + " is not a master of " + binary);
      }
      if (!NetworkNamespace.own().equals(NetworkNamespace.of(process))) {
        return none("process " + pid + " of " + pidFile + " is in another network namespace");
      }
      return new NginxMaster(OptionalLong.of(pid), "nginx master " + pid);
    } catch (AccessDeniedException e) {
      return none("not allowed to look at process " + pid + " (needs CAP_SYS_PTRACE)");
    } catch (IOException e) {
      return none("process " + pid + " of " + pidFile + " is gone");
    }
  }

  private static NginxMaster none(String why) {
    return new NginxMaster(OptionalLong.empty(), "no nginx master: " + why);
  }
}
