package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.linux.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptFileTest {
  private static final Set<Integer> TRUSTED = Set.copyOf(List.of(0, Processes.ownUser()));
  private static final int BOB = 4301;

  @TempDir Path temp;
  private Path folder;
  private Path script;

  @BeforeEach
  void writeAScript() throws Exception {
    folder = Files.createDirectories(temp.toRealPath().resolve("a/b"));
    script = Files.writeString(folder.resolve("check"), "#!/bin/sh\n");
    mode(script, "rwxr-xr-x");
    mode(folder, "rwxr-xr-x");
    mode(folder.getParent(), "rwxr-xr-x");
  }

  private static void mode(Path path, String mode) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String refusal(Path... command) {
    return ScriptFile.refusal(List.of(command).stream().map(Path::toString).toList(), TRUSTED);
  }

  @Test
  void aFileOfRootsOrOursThatNobodyElseCanWriteMayRun() {
    assertThat(refusal(script)).isNull();
    assertThat(refusal(Path.of("/bin/sh"))).as("a link in a folder that is a link").isNull();
    assertThat(refusal(folder.resolve("gone"))).as("the run says that").isNull();
  }

  @Test
  void aFileThatOthersCanWriteIsRefusedWithItsPath() throws Exception {
    mode(script, "rwxr-xrwx");
    assertThat(refusal(script))
        .isEqualTo(script + " can be written by others (mode 757): chmod go-w " + script);
    mode(script, "rwxrwxr-x");
    assertThat(refusal(script)).contains(script + " can be written by others (mode 775)");
    mode(script, "rwxr-xr-x");
    assertThat(refusal(script)).as("mended: looked at again at each run").isNull();
  }

  @Test
  void aFolderOnItsWayThatOthersCanWriteIsRefusedUnlessItIsSticky() throws Exception {
    Path above = folder.getParent();
    mode(above, "rwxrwxrwx");
    assertThat(refusal(script)).startsWith(above + " can be written by others (mode 777)");
    Files.setAttribute(above, "unix:mode", 01777);
    assertThat(refusal(script)).isNull();
  }

  @Test
  void aLinkIsFollowedNameByName() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Path inside = Files.createSymbolicLink(open.resolve("link"), script);
    Path way = Files.createSymbolicLink(folder.resolve("way"), Path.of("../b/open/link"));
    assertThat(refusal(way)).isNull();
    mode(open, "rwxrwxrwx");
    assertThat(refusal(way)).startsWith(open + " can be written by others");
    mode(open, "rwxr-xr-x");
    mode(script, "rwxrwxrwx");
    assertThat(refusal(way)).startsWith(script + " can be written by others");
    assertThat(refusal(inside)).isEqualTo(refusal(way));
    Path round = folder.resolve("round");
    Files.createSymbolicLink(round, round);
    assertThat(refusal(round)).isEqualTo(round + " goes round in links");
  }

  @Test
  void theScriptThatAShellIsGivenCountsAsTheScript() throws Exception {
    mode(script, "rw-rw-rw-");
    assertThat(refusal(Path.of("/bin/sh"), script)).contains(script + " can be written by others");
    assertThat(refusal(Path.of("/usr/bin/perl"), Path.of("-I"), Path.of("/usr/lib"), script))
        .as("not the first path")
        .contains(script + " can be written by others");
    assertThat(refusal(Path.of("/usr/bin/timeout"), Path.of("5"), Path.of("sh"), script))
        .as("behind a program that runs a shell")
        .contains(script + " can be written by others");
    assertThat(refusal(Path.of("/usr/bin/test"), script)).as("a file as any other").isNull();
  }

  @Test
  void aProgramAmongTheArgumentsCountsToo() throws Exception {
    assertThat(refusal(Path.of("/usr/bin/timeout"), Path.of("5"), script)).isNull();
    mode(script, "rwxrwxrwx");
    assertThat(refusal(Path.of("/usr/bin/timeout"), Path.of("5"), script))
        .contains(script + " can be written by others");
  }

  @Test
  void whatRunsTheScriptCountsAsItsFirstLineNamesIt() throws Exception {
    Path runner = Files.copy(Path.of("/bin/sh"), folder.resolve("runner"));
    Files.writeString(script, "#! " + runner + " -e\nexit 0\n");
    mode(runner, "rwxr-xr-x");
    assertThat(refusal(script)).isNull();
    mode(runner, "rwxrwxrwx");
    assertThat(refusal(script)).startsWith(runner + " can be written by others");
    assertThat(refusal(Path.of("/usr/bin/timeout"), Path.of("5"), script))
        .startsWith(runner + " can be written by others");
    Files.writeString(script, "#!/usr/bin/env -S " + runner + " -e");
    assertThat(refusal(script)).startsWith(runner + " can be written by others");
    Files.writeString(script, "#!" + script + "\n");
    assertThat(refusal(script)).as("it ends, as execve does").isNull();
    Files.writeString(script, "#!/bin/sh\0/x");
    assertThat(refusal(script)).isNull();
    Files.writeString(script, "#!");
    assertThat(refusal(script)).isNull();
  }

  @Test
  @Tag("root")
  void whatBelongsToAThirdUserIsRefused() throws Exception {
    Files.setAttribute(script, "unix:uid", BOB);
    assertThat(refusal(script)).startsWith(script + " belongs to " + BOB);
    Set<Integer> asBob = Set.of(0, BOB);
    assertThat(ScriptFile.refusal(List.of(script.toString()), asBob)).as("he runs it").isNull();
    Files.setAttribute(script, "unix:uid", 0);
    Files.setAttribute(folder, "unix:uid", BOB);
    assertThat(refusal(script)).startsWith(folder + " belongs to " + BOB);
  }

  @Test
  @Tag("root")
  void aLinkOfAThirdUsersInAStickyFolderIsRefused() throws Exception {
    Files.setAttribute(folder, "unix:mode", 01777);
    Path link = Files.createSymbolicLink(folder.resolve("link"), script);
    assertThat(refusal(link)).isNull();
    io.vipops.lab.Command.run("chown", "-h", Integer.toString(BOB), link.toString());
    assertThat(refusal(link)).startsWith(link + " belongs to " + BOB);
  }
}
