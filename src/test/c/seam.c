/*
 * A seam at each system call that changes something: LD_PRELOADed into vipops, and only awake in its
 * own processes. Nothing in production knows of it.
 *
 * The page (a file named by VIPOPS_SEAM, mapped by every process and by the test; io.vipops.crash.Seam
 * is the other side) says what to do, and can be changed at any time:
 *   RECORD       each call is logged before it is made, as "text TAB path"
 *   KILL_BEFORE  the nth call whose text is the pattern is not made: its process is ended by SIGKILL
 *   KILL_AFTER   it is made, and then its process is ended
 *   FAIL         it fails with error instead, as do those after it: as many as times says, 0: all
 * The text is the call and the path below the watched folder, each run of digits of an identifier or a
 * random name as '#': "rename state/generations/#.tmp -> state/generations/#". The pattern is
 * fnmatch(3)'s: "write state?*" with FAIL and ENOSPC is a full disk, "*" is every call.
 *
 * Other calls: "spawn" of a child; "kill SIGNAL", also by a shell for the worker; "send TYPE [STEP]" on
 * the pipe between agent and worker; "netlink newaddr|deladdr|destroy ADDRESS"; "advert"; "arp".
 *
 * The clock, CLOCK_REALTIME, is off by as many seconds as the page says.
 *
 * Not seen: what a child does on its own, such as nginx -t; reads; memory maps; io_uring.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OFF, RECORD, KILL_BEFORE, KILL_AFTER, FAIL };
enum { NOBODY, WORKER, AGENT, COMMAND };
#define LOG_SIZE (1 << 20)
#define TEXT 1024

static struct page {
  volatile uint32_t mode, role, nth, error, times; /* set by the test; role 0: each */
  volatile uint32_t passed, victim, used;          /* set here; victim: process id */
  volatile int64_t clock_s; /* set by the test: how far the host's clock is ahead, in every mode */
  char reserved[24];
  char pattern[448], folder[512];
  char log[LOG_SIZE];
} *page;

static uint32_t role;
static pid_t victim; /* whom a point here ends */

static uint32_t role_of(const char *process) {
  char file[64], line[8192];
  snprintf(file, sizeof file, "/proc/%s/cmdline", process);
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return NOBODY;
  line[length] = 0;
  for (char *word = line; word < line + length; word += strlen(word) + 1) {
    if (!strcmp(word, "io.vipops.Main")) {
      char *kind = word + strlen(word) + 1;
      if (kind >= line + length) return COMMAND;
      return !strcmp(kind, "worker") ? WORKER : !strcmp(kind, "agent") ? AGENT : COMMAND;
    }
  }
  return NOBODY;
}

__attribute__((constructor)) static void wake(void) {
  const char *file = getenv("VIPOPS_SEAM");
  if (!file) return;
  char name[64] = "", parent[16];
  int comm = syscall(SYS_openat, AT_FDCWD, "/proc/self/comm", O_RDONLY | O_CLOEXEC);
  if (comm >= 0 && read(comm, name, sizeof name - 1) < 0) name[0] = 0;
  if (comm >= 0) close(comm);
  if (!strncmp(name, "java\n", 5)) {
    role = role_of("self");
    victim = getpid();
  } else if (!strncmp(name, "sh\n", 3)) { /* a signal that the worker sends by the shell */
    victim = getppid();
    snprintf(parent, sizeof parent, "%d", victim);
    role = role_of(parent) == WORKER ? WORKER : NOBODY;
  }
  if (role == NOBODY) return;
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
  void *at = fd < 0 ? MAP_FAILED : mmap(0, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0) close(fd);
  if (at == MAP_FAILED) abort(); /* a test that thinks it has a seam must not pass without */
  page = at;
}

static int awake(void) {
  return page && page->mode != OFF && (page->role == NOBODY || page->role == role);
}

/* Identifiers and random names differ from run to run: "3f2a9c81d0aa" becomes "#". */
static void normalise(char *text) {
  char *to = text;
  for (char *from = text; *from;) {
    size_t run = strspn(from, "0123456789abcdef"), digits = 0;
    for (size_t i = 0; i < run; i++) digits += from[i] <= '9';
    if (run >= 12 || (run >= 4 && digits)) {
      *to++ = '#';
      from += run;
    } else {
      for (run = run ? run : 1; run; run--) *to++ = *from++;
    }
  }
  *to = 0;
}

static void die(void) {
  page->victim = victim;
  __sync_synchronize();
  syscall(SYS_kill, victim, SIGKILL);
  if (victim != getpid()) syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/* 0: make the call; 1: make it, then die(); -1: fail, errno is set. */
static int point(const char *path, char *text) {
  normalise(text);
  if (page->mode == RECORD) {
    char line[TEXT + 2 * PATH_MAX + 16];
    int length = snprintf(line, sizeof line, "%s\t%s\n", text, path);
    uint32_t at = __sync_fetch_and_add(&page->used, (uint32_t)length);
    if (at + length < LOG_SIZE) memcpy(page->log + at, line, length);
    return 0;
  }
  if (fnmatch(page->pattern, text, 0)) return 0;
  uint32_t n = __sync_add_and_fetch(&page->passed, 1), nth = page->nth;
  if (page->mode == FAIL && n >= nth && (!page->times || n < nth + page->times)) {
    errno = page->error;
    return -1;
  }
  if (n != nth) return 0;
  if (page->mode == KILL_BEFORE) die();
  return page->mode == KILL_AFTER;
}

static void absolute(int dir, const char *path, char *out) {
  char base[PATH_MAX] = "", link[64];
  if (path[0] != '/') {
    snprintf(link, sizeof link, dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
    ssize_t length = readlink(link, base, sizeof base - 2);
    if (length < 0) length = 0;
    base[length] = 0;
    if (path[0]) strcat(base, "/");
  }
  snprintf(out, PATH_MAX, "%.2000s%.2000s", base, path);
}

/* The part below the watched folder; null: it is not there. */
static const char *watched(const char *path) {
  size_t length = strlen(page->folder);
  if (!length || strncmp(path, page->folder, length)) return 0;
  return path[length] == '/' ? path + length + 1 : path[length] ? 0 : ".";
}

static int at_path(const char *call, int dir, const char *path) {
  if (!awake() || !path) return 0;
  char full[PATH_MAX], text[TEXT];
  absolute(dir, path, full);
  const char *below = watched(full);
  if (!below) return 0;
  snprintf(text, sizeof text, "%s %s", call, below);
  return point(full, text);
}

static int at_fd(const char *call, int fd) {
  return awake() ? at_path(call, fd, "") : 0;
}

static int at_paths(const char *call, int from_dir, const char *from, int to_dir, const char *to) {
  if (!awake()) return 0;
  char one[PATH_MAX], two[PATH_MAX], both[2 * PATH_MAX + 8], text[TEXT];
  absolute(from_dir, from, one);
  absolute(to_dir, to, two);
  const char *below = watched(one), *target = watched(two);
  if (!target) return 0;
  snprintf(both, sizeof both, "%s -> %s", one, two);
  snprintf(text, sizeof text, "%s %.500s -> %.500s", call, below ? below : one, target);
  return point(both, text);
}

static int at_word(const char *words) {
  char text[TEXT];
  snprintf(text, sizeof text, "%s", words);
  return point("", text);
}

static int exists(int dir, const char *path) {
  struct stat st;
  int error = errno, found = fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
  errno = error;
  return found;
}

#define DO(before, call)                 \
  do {                                   \
    int what = (before);                 \
    if (what < 0) return -1;             \
    __typeof__(call) result = (call);    \
    if (what > 0) die();                 \
    return result;                       \
  } while (0)

/* ---- files ---- */

static int open_at(int dir, const char *path, int flags, mode_t mode) {
  int changes = (flags & O_TRUNC) || ((flags & O_CREAT) && awake() && !exists(dir, path));
  DO(changes ? at_path("create", dir, path) : 0, (int)syscall(SYS_openat, dir, path, flags, mode));
}

#define MODE(last)                       \
  mode_t mode = 0;                       \
  if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list rest;                        \
    va_start(rest, last);                \
    mode = va_arg(rest, mode_t);         \
    va_end(rest);                        \
  }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }

int mkdirat(int dir, const char *path, mode_t mode) {
  DO(awake() && !exists(dir, path) ? at_path("mkdir", dir, path) : 0, (int)syscall(SYS_mkdirat, dir, path, mode));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int unlinkat(int dir, const char *path, int flags) {
  const char *call = flags & AT_REMOVEDIR ? "rmdir" : "unlink";
  DO(awake() && exists(dir, path) ? at_path(call, dir, path) : 0, (int)syscall(SYS_unlinkat, dir, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat st;
  int folder = fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
  return unlinkat(AT_FDCWD, path, folder ? AT_REMOVEDIR : 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  DO(at_paths("rename", from_dir, from, to_dir, to), (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags));
}
int renameat(int from_dir, const char *from, int to_dir, const char *to) {
  return renameat2(from_dir, from, to_dir, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  DO(at_paths("link", from_dir, from, to_dir, to), (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int symlinkat(const char *target, int dir, const char *path) {
  DO(at_path("symlink", dir, path), (int)syscall(SYS_symlinkat, target, dir, path));
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int fchmodat(int dir, const char *path, mode_t mode, int flags) {
  (void)flags; /* the plain system call has none */
  DO(at_path("chmod", dir, path), (int)syscall(SYS_fchmodat, dir, path, mode));
}
int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }
int fchmod(int fd, mode_t mode) { DO(at_fd("chmod", fd), (int)syscall(SYS_fchmod, fd, mode)); }
int ftruncate(int fd, off_t length) { DO(at_fd("truncate", fd), (int)syscall(SYS_ftruncate, fd, length)); }
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }
int fsync(int fd) { DO(at_fd("fsync", fd), (int)syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { DO(at_fd("fdatasync", fd), (int)syscall(SYS_fdatasync, fd)); }
static int touch_at(int dir, const char *path, const struct timespec *times, int flags) {
  DO(path ? at_path("touch", dir, path) : at_fd("touch", dir), (int)syscall(SYS_utimensat, dir, path, times, flags));
}
static int touch(int dir, const char *path, const struct timeval *tv, int flags) {
  struct timespec times[2] = {{tv ? tv[0].tv_sec : 0, tv ? tv[0].tv_usec * 1000 : 0},
                              {tv ? tv[1].tv_sec : 0, tv ? tv[1].tv_usec * 1000 : 0}};
  return touch_at(dir, path, tv ? times : 0, flags);
}
int utimensat(int dir, const char *path, const struct timespec times[2], int flags) {
  return touch_at(dir, path, times, flags);
}
int futimens(int fd, const struct timespec times[2]) { return touch_at(fd, 0, times, 0); }
int utimes(const char *path, const struct timeval tv[2]) { return touch(AT_FDCWD, path, tv, 0); }
int lutimes(const char *path, const struct timeval tv[2]) { return touch(AT_FDCWD, path, tv, AT_SYMLINK_NOFOLLOW); }
int futimes(int fd, const struct timeval tv[2]) { return touch(fd, 0, tv, 0); }

/* ---- writing: files, and the pipe between agent and worker ---- */

static void word_after(const char *key, const char *from, size_t length, char *out, size_t room) {
  const char *at = memmem(from, length, key, strlen(key));
  out[0] = 0;
  if (!at) return;
  at += strlen(key);
  for (size_t i = 0; at < from + length && *at != '"' && i + 1 < room; i++) {
    out[i] = *at++;
    out[i + 1] = 0;
  }
}

static int at_write(int fd, const void *bytes, size_t length) {
  struct stat st;
  if (!awake() || fstat(fd, &st)) return 0;
  if (S_ISREG(st.st_mode)) return at_fd("write", fd);
  if (!S_ISFIFO(st.st_mode) || (role == WORKER ? fd != 1 : fd <= 2)) return 0;
  char kind[32], type[48], step[48], text[TEXT];
  word_after("\"kind\":\"", bytes, length, kind, sizeof kind);
  word_after("\"type\":\"", bytes, length, type, sizeof type);
  word_after("\"name\":\"", bytes, length, step, sizeof step);
  if (!kind[0]) return 0; /* the JDK's own pipe to a child that it starts */
  int isStep = !strcmp(type, "step");
  snprintf(text, sizeof text, "send %s%s%s", type[0] ? type : kind, isStep ? " " : "", isStep ? step : "");
  return at_word(text);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  DO(at_write(fd, bytes, length), (ssize_t)syscall(SYS_write, fd, bytes, length));
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  DO(at_fd("write", fd), (ssize_t)syscall(SYS_pwrite64, fd, bytes, length, at));
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  DO(count ? at_write(fd, parts[0].iov_base, parts[0].iov_len) : 0, (ssize_t)syscall(SYS_writev, fd, parts, count));
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
  DO(at_write(to, "", 0), (ssize_t)syscall(SYS_sendfile, to, from, at, length));
}

/* ---- the network ---- */

static int at_netlink(int protocol, const unsigned char *bytes, size_t length) {
  const struct nlmsghdr *header = (const void *)bytes;
  char text[TEXT], address[64] = "";
  if (length < sizeof *header) return 0;
  if (protocol != NETLINK_ROUTE) return header->nlmsg_type == 21 ? at_word("netlink destroy") : 0;
  if (header->nlmsg_type != RTM_NEWADDR && header->nlmsg_type != RTM_DELADDR) {
    return (header->nlmsg_type & 3) == 2 ? 0 : at_word("netlink other"); /* RTM_GET... changes nothing */
  }
  const struct ifaddrmsg *body = (const void *)(bytes + NLMSG_HDRLEN);
  int room = (int)length - NLMSG_HDRLEN - (int)NLMSG_ALIGN(sizeof *body);
  for (struct rtattr *it = (void *)(bytes + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof *body)); RTA_OK(it, room); it = RTA_NEXT(it, room)) {
    if (it->rta_type == IFA_LOCAL || (it->rta_type == IFA_ADDRESS && !address[0])) {
      inet_ntop(body->ifa_family, RTA_DATA(it), address, sizeof address);
    }
  }
  const char *what = header->nlmsg_type == RTM_NEWADDR ? "newaddr" : "deladdr";
  snprintf(text, sizeof text, "netlink %s %s", what, address);
  return at_word(text);
}

static int at_send(int fd, const void *bytes, size_t length) {
  int domain = 0, type = 0, protocol = 0;
  socklen_t size = sizeof domain;
  if (!awake() || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size)) return 0;
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
  getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
  if (domain == AF_NETLINK) return at_netlink(protocol, bytes, length);
  if (domain == AF_PACKET) return at_word("arp");
  return type == SOCK_RAW ? at_word("advert") : 0;
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
  DO(at_send(fd, bytes, length), (ssize_t)syscall(SYS_sendto, fd, bytes, length, flags, to, size));
}
ssize_t send(int fd, const void *bytes, size_t length, int flags) { return sendto(fd, bytes, length, flags, 0, 0); }
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  const struct iovec *part = message->msg_iovlen ? message->msg_iov : 0;
  DO(part ? at_send(fd, part->iov_base, part->iov_len) : 0, (ssize_t)syscall(SYS_sendmsg, fd, message, flags));
}
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
  const struct iovec *part = count ? messages[0].msg_hdr.msg_iov : 0;
  DO(part ? at_send(fd, part->iov_base, part->iov_len) : 0, (int)syscall(SYS_sendmmsg, fd, messages, count, flags));
}

/* ---- processes ---- */

int kill(pid_t pid, int signal) {
  char text[64];
  snprintf(text, sizeof text, "kill %s", sigabbrev_np(signal) ? sigabbrev_np(signal) : "");
  DO(signal && awake() ? at_word(text) : 0, (int)syscall(SYS_kill, pid, signal));
}

static void *real_symbol(const char *name, const char *const *versions) {
  for (; *versions; versions++) {
    void *found = dlvsym(RTLD_NEXT, name, *versions);
    if (found) return found;
  }
  abort();
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const env[]) {
  static const char *const versions[] = {"GLIBC_2.15", "GLIBC_2.17", 0};
  int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
              char *const[], char *const[]) = real_symbol("posix_spawn", versions);
  int what = awake() ? at_word("spawn") : 0;
  if (what < 0) return errno;
  int result = real(pid, path, actions, attributes, argv, env);
  if (what > 0) die();
  return result;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static const char *const versions[] = {"GLIBC_2.17", "GLIBC_2.2.5", 0};
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = real_symbol("clock_gettime", versions);
  int result = real(clock, time);
  if (!result && clock == CLOCK_REALTIME && role != NOBODY) time->tv_sec += page->clock_s;
  return result;
}

/* JNA asks libc's own handle for its functions, which passes by what is preloaded. */
void *dlsym(void *handle, const char *name) {
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5", 0};
  static void *(*real)(void *, const char *);
  if (!real) real = real_symbol("dlsym", versions);
  if (role != NOBODY && handle != RTLD_NEXT && handle != RTLD_DEFAULT) {
    if (!strcmp(name, "sendto")) return sendto;
    if (!strcmp(name, "kill")) return kill;
    if (!strcmp(name, "write")) return write;
  }
  return real(handle, name);
}
