package io.vipops.engine;

import io.vipops.vrrp.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has to happen for one set of virtual routers to become another. A router is known by its
 * identity; with that unchanged, a new name is a change like any other.
 */
record Difference(List<Instance.Identity> removed, List<Configured> kept, List<Configured> added) {

  /**
   * @throws EngineException when two instances are the same virtual router
   */
  static Difference between(List<Instance.Identity> present, List<Configured> next) {
    Map<Instance.Identity, Configured> wanted = new HashMap<>();
    for (Configured it : next) {
      Configured twin = wanted.put(it.run().identity(), it);
      if (twin != null) {
        throw new EngineException(
            "instances %s and %s are the same virtual router, %s"
                .formatted(twin.run().name(), it.run().name(), it.run().identity()));
      }
    }
    List<Configured> kept = new ArrayList<>();
    List<Configured> added = new ArrayList<>();
    for (Configured it : next) {
      (present.contains(it.run().identity()) ? kept : added).add(it);
    }
    List<Instance.Identity> removed = new ArrayList<>(present);
    removed.removeIf(wanted::containsKey);
    return new Difference(removed, kept, added);
  }
}
