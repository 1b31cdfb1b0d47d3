package io.vipops.spec;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses as users write them. Never asks a name server. */
public final class Addresses {
  /** An address and a port, written {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}. */
  public record HostPort(InetAddress address, int port) {}

  private Addresses() {}

  /** The IPv4 or IPv6 address that {@code text} says; null where it is none. */
  public static @Nullable InetAddress parse(String text) {
    byte[] bytes = text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for a wrong number of bytes
    }
  }

  /** Whether an address is link-local in IPv6; IPv4's are nothing to VRRP. */
  public static boolean isLinkLocal(InetAddress address) {
    return address instanceof Inet6Address && address.isLinkLocalAddress();
  }

  /** An address as {@code ip} prints it: IPv6 in the short form of RFC 5952. */
  public static String text(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return address.getHostAddress();
    }
    int gap = longestZeros(bytes);
    StringBuilder text = new StringBuilder();
    for (int group = 0; group < 8; group++) {
      if (group == gap) {
        text.append("::");
        group = endOfZeros(bytes, gap) - 1;
        continue;
      }
      if (group > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      int value = (bytes[2 * group] & 0xff) * 256 + (bytes[2 * group + 1] & 0xff);
      text.append(Integer.toHexString(value));
    }
    return text.toString();
  }

  /** The first of the longest runs of two or more zero groups; -1: none. */
  private static int longestZeros(byte[] bytes) {
    int best = -1;
    int longest = 1;
    for (int from = 0; from < 8; from++) {
      int length = endOfZeros(bytes, from) - from;
      if (length > longest) {
        best = from;
        longest = length;
      }
    }
    return best;
  }

  private static int endOfZeros(byte[] bytes, int from) {
    int to = from;
    while (to < 8 && bytes[2 * to] == 0 && bytes[2 * to + 1] == 0) {
      to++;
    }
    return to;
  }

  /** An address with a prefix length; without one /32 or /128; null where it is none. */
  public static @Nullable Prefix parsePrefix(String text) {
    int slash = text.indexOf('/');
    InetAddress address = parse(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      return null;
    }
    int most = address.getAddress().length * 8;
    int length = slash < 0 ? most : number(text.substring(slash + 1), 3);
    return length < 0 || length > most ? null : new Prefix(address, length);
  }

  /** An address and a port from 1 to 65535; null where it is none. */
  public static @Nullable HostPort parseHostPort(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return null;
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    if (!bracketed && host.indexOf(':') >= 0) {
      return null;
    }
    InetAddress address = parse(bracketed ? host.substring(1, host.length() - 1) : host);
    int port = number(text.substring(colon + 1), 5);
    return address == null || port < 1 || port > 65_535 ? null : new HostPort(address, port);
  }

  /** As {@link #parseHostPort}, for the classes of java.net. */
  public static @Nullable InetSocketAddress parseSocket(String text) {
    HostPort parsed = parseHostPort(text);
    return parsed == null ? null : new InetSocketAddress(parsed.address(), parsed.port());
  }

  /** A decimal number of at most {@code digits} digits without leading zeros; -1: none. */
  private static int number(String text, int digits) {
    if (text.isEmpty() || text.length() > digits || (text.length() > 1 && text.charAt(0) == '0')) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static byte @Nullable [] ipv4(String text) {
    byte[] bytes = new byte[4];
    int from = 0;
    for (int i = 0; i < 4; i++) {
      int dot = i < 3 ? text.indexOf('.', from) : text.length();
      int part = dot < 0 ? -1 : number(text.substring(from, dot), 3);
      if (part < 0 || part > 255) {
        return null;
      }
      bytes[i] = (byte) part;
      from = dot + 1;
    }
    return bytes;
  }

  /** RFC 4291 §2.2, without a zone. */
  private static byte @Nullable [] ipv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] all = groups(text);
      return all != null && all.length == 16 ? all : null;
    }
    byte[] before = groups(text.substring(0, gap));
    byte[] after = groups(text.substring(gap + 2));
    if (before == null || after == null || before.length + after.length > 14) {
      return null;
    }
    byte[] bytes = new byte[16];
    System.arraycopy(before, 0, bytes, 0, before.length);
    System.arraycopy(after, 0, bytes, 16 - after.length, after.length);
    return bytes;
  }

  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    byte[] bytes = new byte[16];
    int length = 0;
    int from = 0;
    while (from <= text.length()) {
      int colon = text.indexOf(':', from);
      int end = colon < 0 ? text.length() : colon;
      String group = text.substring(from, end);
      byte[] tail = colon < 0 && group.indexOf('.') >= 0 ? ipv4(group) : group(group);
      if (tail == null || length + tail.length > 16) {
        return null;
      }
      System.arraycopy(tail, 0, bytes, length, tail.length);
      length += tail.length;
      from = end + 1;
    }
    return java.util.Arrays.copyOf(bytes, length);
  }

  private static byte @Nullable [] group(String text) {
    if (text.isEmpty() || text.length() > 4) {
      return null;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0 || text.charAt(i) > 'f') {
        return null;
      }
      value = value * 16 + digit;
    }
    return new byte[] {(byte) (value >> 8), (byte) value};
  }
}
