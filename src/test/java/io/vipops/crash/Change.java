package io.vipops.crash;

/**
 * One state of the cluster that is pushed. Each differs from all others for nginx; odd and even
 * ones differ in priority and in a second VIP.
 *
 * @param number from 0
 * @param bad whether it does not settle: it listens on a port that this host does not let in
 */
record Change(int number, boolean bad) {
  static final int BAD = 8099;
  static final String VIP = "10.0.0.50";

  String spec() {
    boolean odd = number % 2 == 1;
    return """
        version: 1
        cluster: web
        nodes:
          lb01: {address: 10.0.0.51, interface: eth0}
          lb02: {address: 10.0.0.52, interface: eth0}
        vrrp:
          web:
            virtual_router_id: 51
            advert_interval: 100ms
            priorities: {lb01: %1$d, lb02: 90}
            virtual_addresses: [%2$s/24%3$s]
        upstreams:
          backend:
            servers:
              - {address: "10.0.0.101:80", weight: %4$d}
              - 10.0.0.102:80
        listeners:
          http: {port: 80}
          %5$s
        routes:
          - {listeners: [http%6$s], upstream: backend}
        rollout: {settle: 50ms}
        """
        .formatted(
            odd ? 110 : 100,
            VIP,
            odd ? ", 10.0.0.60/24" : "",
            number + 1,
            bad ? "blocked: {port: " + BAD + "}" : "",
            bad ? ", blocked" : "");
  }
}
