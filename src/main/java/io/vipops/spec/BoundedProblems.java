package io.vipops.spec;

import java.util.ArrayList;
import java.util.Collection;

/**
 * The problems of one reading: the first few thousand, and how many there are in all. A hostile
 * file of 4 MiB could fill any heap with what is wrong with it.
 */
class BoundedProblems extends ArrayList<Problem> {
  /** More than are shown, so that those shown are among the first in the file. */
  static final int KEPT = 5_000;

  private static final long serialVersionUID = 1L;

  private int dropped;
  private boolean droppedError;

  @Override
  public boolean add(Problem problem) {
    if (isFull()) {
      dropped++;
      droppedError |= problem.severity() == Severity.ERROR;
      return false;
    }
    return super.add(problem);
  }

  @Override
  public boolean addAll(Collection<? extends Problem> problems) {
    for (Problem problem : problems) {
      add(problem);
    }
    if (problems instanceof BoundedProblems bounded) {
      dropped += bounded.dropped;
      droppedError |= bounded.droppedError;
    }
    return !problems.isEmpty();
  }

  /** Whether another problem is only counted. */
  boolean isFull() {
    return size() >= KEPT;
  }

  /** Whether an error is among those that were not kept. */
  boolean droppedError() {
    return droppedError;
  }

  /** How many there were, kept or not. */
  int total() {
    return size() + dropped;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
