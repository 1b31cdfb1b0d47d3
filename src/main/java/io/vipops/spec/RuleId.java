package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/** Everything that can be found wrong, with its stable id and what it is about. */
public enum RuleId {
  YAML_SIZE("yaml-size", "A file has at most 4 MiB, a line at most 256 KiB."),
  YAML_BINARY("yaml-binary", "A file is UTF-8 text without control characters."),
  YAML_EMPTY("yaml-empty", "A file has content."),
  YAML_SYNTAX("yaml-syntax", "A file is valid YAML 1.2."),
  YAML_DOCUMENTS("yaml-documents", "A file has one document."),
  YAML_DEPTH("yaml-depth", "Values nest at most 50 levels deep."),
  YAML_ALIASES("yaml-aliases", "A file has at most 50 aliases."),
  YAML_NODES("yaml-nodes", "A file has at most 500,000 values, those behind aliases included."),
  YAML_RECURSION("yaml-recursion", "An alias does not stand inside what it stands for."),
  YAML_DUPLICATE_KEY("yaml-duplicate-key", "A key stands once in a map."),
  YAML_TAG("yaml-tag", "Values have no tags: their type follows from the schema."),
  YAML_KEY("yaml-key", "Keys are text, and merge keys are not part of YAML 1.2."),

  UNKNOWN_KEY("unknown-key", "Only keys of the schema are allowed, so that no typo is ignored."),
  MISSING_KEY("missing-key", "What has no default must be given."),
  WRONG_TYPE("wrong-type", "A value has the type that the schema names."),
  BAD_VALUE("bad-value", "A value is one that the schema allows."),
  OUT_OF_RANGE("out-of-range", "A number or duration is within its range."),
  BAD_DURATION("bad-duration", "A duration has a unit: ms, s, m, h or d."),
  BAD_ADDRESS("bad-address", "An address is a literal: names would be resolved at the worst time."),
  BAD_NAME("bad-name", "Names become parts of files and commands, so they are plain."),
  BAD_URL("bad-url", "A URL has a scheme that is supported, and a host or an absolute path."),
  NOT_SUPPORTED("not-supported", "The key is known, but this version cannot do it yet."),
  TOO_MANY("too-many", "The first 500 problems are enough to begin with."),
  GIVEN_TWICE("given-twice", "In a folder, a name is given in one file only."),
  INLINE_SECRET("inline-secret", "A secret in the spec is read by all who can read Git."),

  VRID_TWICE("vrid-twice", "Two instances on one interface need different VRIDs."),
  PRIORITY_MISSING("priority-missing", "Every node has a priority in every instance."),
  PRIORITY_TWICE(
      "priority-twice", "Nodes of equal priority would leave it to chance who is Active."),
  OWNER_ADDRESS("owner-address", "Priority 255 is for the node whose own address is the VIP."),
  OWNER_WEIGHT("owner-weight", "An address owner is always Active, so weights do nothing."),
  VIP_TWICE("vip-twice", "A virtual address belongs to one instance."),
  VIP_IS_NODE("vip-is-node", "A virtual address is no node's own address."),
  VIP_IS_SERVER("vip-is-server", "A virtual address is no backend's address: requests would loop."),
  VIP_PREFIX("vip-prefix", "A VIP's network holds the nodes, or the VIP is a /32."),
  NODE_ADDRESS_TWICE("node-address-twice", "Each node has its own address."),
  AUTH_VERSION("auth-version", "Only version 2 has authentication."),
  AUTH_PASSWORD("auth-password", "An authentication has one password of 1 to 8 bytes."),
  V2_INTERVAL("v2-interval", "Version 2 sends its interval in whole seconds."),
  PREEMPT_DELAY("preempt-delay", "A delay of preemption needs preemption."),
  TRACK_TWICE("track-twice", "An instance tracks a check once."),
  CHECK_EMPTY("check-empty", "A check looks at something."),

  UNDEFINED_REFERENCE("undefined-reference", "What is referred to by name is defined."),
  UPSTREAM_EMPTY("upstream-empty", "An upstream has servers."),
  UPSTREAM_ONLY_BACKUPS("upstream-only-backups", "nginx needs a server that is no backup."),
  UPSTREAM_BACKUP("upstream-backup", "nginx has no backups with hash, ip_hash and random."),
  UPSTREAM_ALL_DOWN("upstream-all-down", "An upstream has a server that takes requests."),
  SERVER_LOOP("server-loop", "A server is not a load balancer's own listener."),
  SERVER_TWICE("server-twice", "An address and port stands once in an upstream."),
  LISTENER_TWICE("listener-twice", "Two listeners do not share a port of an address."),
  LISTENER_LOOP("listener-loop", "Redirects between listeners end."),
  LISTENER_RESERVED(
      "listener-reserved", "Port 9182 is where nginx proves which generation it runs."),
  REDIRECT_AND_ROUTE("redirect-and-route", "A listener's unknown hosts are redirected or routed."),
  REDIRECT_LOOP("redirect-loop", "A redirect leads to where another rule answers."),
  HOST_TWICE("host-twice", "A host stands once on a listener, a listener once in a route."),
  PATH_TWICE("path-twice", "A path stands once in a route."),
  BAD_PATH("bad-path", "A path begins with a slash, is normalised, and needs no quoting."),
  BAD_TEXT("bad-text", "Text for nginx's configuration has nothing that would end it."),
  RULE_ACTION("rule-action", "A rule does exactly one thing."),
  NGINX_TEST("nginx-test", "nginx itself accepts what is rendered from the spec."),

  WEIGHT_NO_EFFECT("weight-no-effect", "A weight is large enough to change who is Active."),
  SHARED_FAULT("shared-fault", "A check that all nodes fail together must not leave nobody."),
  SLOW_CHECK("slow-check", "A check notices a failure about as fast as a dead node is noticed."),
  SHORT_LEASE("short-lease", "A lease outlasts a late advert."),
  UNUSED_DEFINITION("unused-definition", "What is defined is used."),
  ONE_SERVER("one-server", "One server in an upstream is no redundancy.");

  /** The id as users see it. */
  public final String id;

  /** One sentence: the rule that holds, and where it helps, why. */
  public final String explanation;

  RuleId(String id, String explanation) {
    this.id = id;
    this.explanation = explanation;
  }

  /** The rule with this id; null: there is none. */
  public static @Nullable RuleId of(String id) {
    for (RuleId rule : values()) {
      if (rule.id.equals(id)) {
        return rule;
      }
    }
    return null;
  }
}
