package io.vipops.system;

/** Specs that the system tests push. */
final class Specs {
  private Specs() {}

  /** The classic pair; {@code weight} of the first backend changes what is rendered. */
  static String classic(int weight) {
    return classic(weight, "preempt_delay: 2s", "");
  }

  /**
   * The classic pair, with a check that answers fast.
   *
   * @param vrrp a line for the instance
   * @param lb01 members for the node lb01, e.g. {@code , hold: true}
   */
  static String classic(int weight, String vrrp, String lb01) {
    return """
        version: 1
        cluster: web
        nodes:
          lb01: {address: 10.0.0.51, interface: eth0%3$s}
          lb02: {address: 10.0.0.52, interface: eth0}
        vrrp:
          web:
            virtual_router_id: 51
            priorities: {lb01: 100, lb02: 90}
            virtual_addresses: [10.0.0.50/24]
            %2$s
            track: [nginx]
        checks:
          nginx:
            process: nginx
            http: {url: "http://127.0.0.1/", status: [200]}
            interval: 200ms
            timeout: 1s
            fall: 2
            weight: -30
        upstreams:
          backend:
            servers:
              - {address: "10.0.0.101:80", weight: %1$d}
              - 10.0.0.102:80
              - 10.0.0.103:80
              - 10.0.0.104:80
        listeners:
          http: {port: 80}
        routes:
          - {listeners: [http], upstream: backend}
        rollout: {settle: 500ms}
        """
        .formatted(weight, vrrp, lb01);
  }
}
