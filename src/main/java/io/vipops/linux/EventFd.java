package io.vipops.linux;

/** Wakes a thread that sits in {@link Poll#await}, from any other (eventfd(2)). */
public final class EventFd extends Descriptor {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;
  private final byte[] counter = new byte[8];

  public EventFd() throws SystemCallException {
    super(Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  }

  /** May be called from any thread; a full counter is a wake-up as well. */
  public void signal() {
    long unused = Libc.write(fd(), nativeLong(1), 8);
  }

  /** Takes all signals so far; by the polling thread only. */
  public void clear() {
    long unused = Libc.read(fd(), counter, 8);
  }

  private static byte[] nativeLong(long value) {
    return java.nio.ByteBuffer.allocate(8)
        .order(java.nio.ByteOrder.nativeOrder())
        .putLong(value)
        .array();
  }
}
