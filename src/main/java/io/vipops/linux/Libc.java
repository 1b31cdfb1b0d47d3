package io.vipops.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The C library's functions as they are. Every failing call returns -1 (or null) and leaves errno
 * for {@link SystemCallException#of}: no exception is made where "nothing there" is an everyday
 * answer. {@code size_t} and pointers are 64 bits, as are the structures laid out in this package.
 */
final class Libc {
  static {
    if (Native.POINTER_SIZE != 8) {
      throw new UnsupportedOperationException("vipops needs a 64-bit Linux");
    }
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  static native int socket(int domain, int type, int protocol);

  static native int close(int fd);

  static native int bind(int fd, byte[] address, int length);

  static native int connect(int fd, byte[] address, int length);

  static native int listen(int fd, int backlog);

  static native int accept4(int fd, @Nullable Pointer address, @Nullable Pointer length, int flags);

  static native int shutdown(int fd, int how);

  static native int getsockname(int fd, byte[] address, int[] length);

  static native int getsockopt(int fd, int level, int option, byte[] value, int[] length);

  static native int setsockopt(int fd, int level, int option, byte[] value, int length);

  static native int setsockopt(int fd, int level, int option, Pointer value, int length);

  static native long sendto(
      int fd, byte[] data, long length, int flags, byte @Nullable [] address, int addressLength);

  static native long recv(int fd, Pointer buffer, long length, int flags);

  static native long recv(int fd, byte[] buffer, long length, int flags);

  static native int recvmmsg(
      int fd, Pointer messages, int count, int flags, @Nullable Pointer timeout);

  static native int ppoll(
      Pointer fds, long count, @Nullable Pointer timeout, @Nullable Pointer signals);

  static native int eventfd(int initial, int flags);

  static native long read(int fd, byte[] buffer, long length);

  static native long write(int fd, byte[] buffer, long length);

  static native int clock_gettime(int clock, Pointer timespec);

  static native int kill(int pid, int signal);

  static native int sched_setscheduler(int thread, int policy, Pointer parameter);

  static native int mlockall(int flags);

  static native int geteuid();

  static native int getpwuid_r(int uid, Pointer entry, Pointer strings, long length, Pointer found);

  static native int getpwnam_r(
      String name, Pointer entry, Pointer strings, long length, Pointer found);

  static native Pointer strerror(int errno);
}
