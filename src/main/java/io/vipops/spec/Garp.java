package io.vipops.spec;

import java.time.Duration;

/**
 * How an Active announces where its addresses are (gratuitous ARP, unsolicited neighbour
 * advertisement).
 *
 * @param repeat how many for each address in one burst, 1-100
 * @param delay from the burst at taking over to one more, for who missed it; zero: no other
 * @param refresh between further ones, one for each address, for as long as Active; zero: none
 */
public record Garp(int repeat, Duration delay, Duration refresh) {
  public static final Garp DEFAULT = new Garp(5, Duration.ofSeconds(5), Duration.ZERO);
}
