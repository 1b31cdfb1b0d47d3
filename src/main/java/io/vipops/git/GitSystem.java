package io.vipops.git;

import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * What JGit may know of the host: nothing. Its own reader forks {@code git} to find the system
 * configuration, reads {@code ~/.gitconfig}, writes {@code ~/.config/jgit} and measures for about 3
 * s how fine the file system's timestamps are.
 */
final class GitSystem extends SystemReader {
  /** Coarser than any file system we run on: only means that JGit looks once more at a file. */
  private static final long TIMESTAMP_RESOLUTION_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private static boolean installed;

  private GitSystem() {
    setPlatformChecker();
  }

  /** Takes the place of JGit's own reader, once per process. */
  static synchronized void install() {
    if (installed) {
      return;
    }
    SystemReader.setInstance(new GitSystem());
    if (FS.DETECTED instanceof FS_POSIX posix) {
      posix.setUmask(0077); // else it asks a shell; a spec may hold passwords
    }
    WindowCacheConfig cache = new WindowCacheConfig();
    cache.setPackedGitLimit(2 << 20);
    cache.setDeltaBaseCacheLimit(1 << 20);
    cache.install();
    installed = true;
  }

  @Override
  public String getHostname() {
    return "localhost";
  }

  @Override
  @SuppressWarnings("NullAway") // JGit's own reader returns null for what is not set
  public @Nullable String getenv(String variable) {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway")
  public @Nullable String getProperty(String key) {
    return System.getProperty(key);
  }

  @Override
  public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
    return new NoFile(fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
    return new NoFile(fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new NoFile(fs);
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester")
  public long getCurrentTime() {
    return System.currentTimeMillis();
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester")
  public int getTimezone(long when) {
    return 0;
  }

  @Override
  public ZoneOffset getTimeZoneAt(java.time.Instant when) {
    return ZoneOffset.UTC;
  }

  /** A configuration without a file that presets what JGit would measure. */
  private static final class NoFile extends FileBasedConfig {
    @SuppressWarnings("NullAway") // no file: JGit itself does so for a missing system configuration
    NoFile(FS fs) {
      super(null, fs);
    }

    @Override
    public void load() {
      // There is no file.
    }

    @Override
    public void save() {
      // There is no file.
    }

    @Override
    public boolean isOutdated() {
      return false;
    }

    @Override
    public long getTimeUnit(
        String section, String subsection, String name, long otherwise, TimeUnit unit) {
      return section.equals("filesystem")
          ? unit.convert(TIMESTAMP_RESOLUTION_NS, TimeUnit.NANOSECONDS)
          : super.getTimeUnit(section, subsection, name, otherwise, unit);
    }
  }
}
