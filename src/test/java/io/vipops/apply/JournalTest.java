package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Journal.Entry ENTRY =
      new Journal.Entry(null, "0123456789ab", Journal.Phase.SWITCH, "c".repeat(40));

  @TempDir private Path dir;

  @Test
  void readsWhatWasWrittenLast() throws Exception {
    Journal journal = new Journal(dir);
    assertThat(journal.read()).isEmpty();
    for (Journal.Phase phase : Journal.Phase.values()) {
      journal.write(ENTRY.in(phase));
      assertThat(new Journal(dir).read()).hasValue(ENTRY.in(phase));
    }
  }

  @Test
  void aCrashWhileWritingLeavesTheEntryBefore() throws Exception {
    new Journal(dir).write(ENTRY);
    Files.writeString(dir.resolve("journal.tmp"), "{\"prev");
    assertThat(new Journal(dir).read()).hasValue(ENTRY);
  }

  @Test
  void aDamagedJournalIsAnErrorAndNotAnEmptyOne() throws Exception {
    Files.writeString(dir.resolve("journal"), "{}");
    assertThatThrownBy(() -> new Journal(dir).read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("journal is damaged");
  }
}
