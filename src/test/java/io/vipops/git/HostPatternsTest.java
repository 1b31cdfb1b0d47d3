package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostPatternsTest {
  @Test
  void aNameIsForTheDefaultPortAndBracketsNameAnother() {
    assertThat(HostPatterns.match("git.example.com", "Git.Example.com", 22)).isTrue();
    assertThat(HostPatterns.match("git.example.com", "git.example.com", 2222)).isFalse();
    assertThat(HostPatterns.match("[git.example.com]:2222", "git.example.com", 2222)).isTrue();
    assertThat(HostPatterns.match("[git.example.com]:22", "git.example.com", 22)).isTrue();
    assertThat(HostPatterns.match("a,[::1]:2222,b", "::1", 2222)).isTrue();
  }

  @Test
  void wildcardsStandForPortsTooAndAnExclusionWins() {
    assertThat(HostPatterns.match("*", "git.example.com", 2222)).isTrue();
    assertThat(HostPatterns.match("*.example.com", "git.example.com", 22)).isTrue();
    assertThat(HostPatterns.match("*.example.com", "example.com", 22)).isFalse();
    assertThat(HostPatterns.match("*.example.com,!git.*", "git.example.com", 22)).isFalse();
    assertThat(HostPatterns.match("10.0.0.?", "10.0.0.7", 22)).isTrue();
    assertThat(HostPatterns.match("10.0.0.?", "10.0.0.77", 22)).isFalse();
  }
}
