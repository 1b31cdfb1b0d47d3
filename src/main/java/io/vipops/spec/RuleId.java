package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/**
 * Everything that can be found wrong, with its stable id and what it is about. What a rule is for,
 * with examples, is {@code /rules/<id>.yaml} among the resources.
 */
public enum RuleId {
  YAML_SIZE(
      "yaml-size", Area.TEXT, Force.FIXED, "A file has at most 4 MiB, a line at most 256 KiB."),
  YAML_BINARY(
      "yaml-binary", Area.TEXT, Force.FIXED, "A file is UTF-8 text without control characters."),
  YAML_EMPTY("yaml-empty", Area.TEXT, Force.FIXED, "A file has content."),
  YAML_SYNTAX("yaml-syntax", Area.TEXT, Force.FIXED, "A file is valid YAML 1.2."),
  YAML_DOCUMENTS("yaml-documents", Area.TEXT, Force.FIXED, "A file has one document."),
  YAML_DEPTH("yaml-depth", Area.TEXT, Force.FIXED, "Values nest at most 50 levels deep."),
  YAML_ALIASES("yaml-aliases", Area.TEXT, Force.FIXED, "A file has at most 50 aliases."),
  YAML_NODES(
      "yaml-nodes",
      Area.TEXT,
      Force.FIXED,
      "A file has at most 500,000 values, those behind aliases included."),
  YAML_RECURSION(
      "yaml-recursion",
      Area.TEXT,
      Force.FIXED,
      "An alias does not stand inside what it stands for."),
  YAML_DUPLICATE_KEY("yaml-duplicate-key", Area.TEXT, Force.FIXED, "A key stands once in a map."),
  YAML_TAG(
      "yaml-tag",
      Area.TEXT,
      Force.FIXED,
      "Values have no tags: their type follows from the schema."),
  YAML_KEY(
      "yaml-key",
      Area.TEXT,
      Force.FIXED,
      "Keys are text, and merge keys are not part of YAML 1.2."),

  UNKNOWN_KEY(
      "unknown-key",
      Area.SHAPE,
      Force.FIXED,
      "Only keys of the schema are allowed, so that no typo is ignored."),
  MISSING_KEY("missing-key", Area.SHAPE, Force.FIXED, "What has no default must be given."),
  WRONG_TYPE("wrong-type", Area.SHAPE, Force.FIXED, "A value has the type that the schema names."),
  BAD_VALUE("bad-value", Area.SHAPE, Force.FIXED, "A value is one that the schema allows."),
  OUT_OF_RANGE(
      "out-of-range", Area.SHAPE, Force.FIXED, "A number or duration is within its range."),
  BAD_DURATION("bad-duration", Area.SHAPE, Force.FIXED, "A duration has a unit: ms, s, m, h or d."),
  BAD_ADDRESS(
      "bad-address",
      Area.SHAPE,
      Force.FIXED,
      "An address is a literal: names would be resolved at the worst time."),
  BAD_NAME(
      "bad-name",
      Area.SHAPE,
      Force.FIXED,
      "Names become parts of files and commands, so they are plain."),
  BAD_URL(
      "bad-url",
      Area.SHAPE,
      Force.FIXED,
      "A URL has a scheme that is supported, and a host or an absolute path."),
  NOT_SUPPORTED(
      "not-supported",
      Area.SHAPE,
      Force.FIXED,
      "The key is known, but this version cannot do it yet."),
  TOO_MANY("too-many", Area.SHAPE, Force.FIXED, "The first 500 problems are enough to begin with."),
  GIVEN_TWICE(
      "given-twice", Area.SHAPE, Force.FIXED, "In a folder, a name is given in one file only."),
  UNDEFINED_REFERENCE(
      "undefined-reference", Area.SHAPE, Force.FIXED, "What is referred to by name is defined."),
  UNUSED_DEFINITION("unused-definition", Area.SHAPE, Force.ADVICE, "What is defined is used."),
  INLINE_SECRET(
      "inline-secret",
      Area.SHAPE,
      Force.ADVICE,
      "A secret in a file that many read is none: it belongs into a file of its own."),

  VRID_TWICE(
      "vrid-twice",
      Area.VRRP,
      Force.FIXED,
      "Two instances of a family on one interface need different VRIDs."),
  PRIORITY_MISSING(
      "priority-missing",
      Area.VRRP,
      Force.ARGUABLE,
      "Every node has a priority in every instance."),
  PRIORITY_TWICE(
      "priority-twice",
      Area.VRRP,
      Force.ARGUABLE,
      "Nodes of equal priority would leave it to chance who is Active."),
  OWNER_ADDRESS(
      "owner-address",
      Area.VRRP,
      Force.FIXED,
      "Priority 255 is for the node whose own address is the VIP."),
  OWNER_WEIGHT(
      "owner-weight",
      Area.VRRP,
      Force.ARGUABLE,
      "An address owner is always Active, so weights do nothing."),
  VIP_TWICE("vip-twice", Area.VRRP, Force.FIXED, "A virtual address belongs to one instance."),
  VIP_IS_NODE("vip-is-node", Area.VRRP, Force.FIXED, "A virtual address is no node's own address."),
  VIP_IS_SERVER(
      "vip-is-server",
      Area.VRRP,
      Force.ARGUABLE,
      "A virtual address is no backend's address: requests would loop."),
  VIP_PREFIX(
      "vip-prefix",
      Area.VRRP,
      Force.ARGUABLE,
      "A VIP's network holds the nodes, or the VIP is a /32."),
  VIP_FAMILY(
      "vip-family",
      Area.VRRP,
      Force.FIXED,
      "The virtual addresses of an instance are all IPv4 or all IPv6."),
  IPV6_VERSION("ipv6-version", Area.VRRP, Force.FIXED, "IPv6 addresses need version 3."),
  IPV6_LABEL("ipv6-label", Area.VRRP, Force.FIXED, "Only an IPv4 address has a label."),
  NODE_ADDRESS_TWICE(
      "node-address-twice", Area.VRRP, Force.FIXED, "Each node has its own address."),
  AUTH_VERSION("auth-version", Area.VRRP, Force.FIXED, "Only version 2 has authentication."),
  CHECKSUM_FORM(
      "checksum-form",
      Area.VRRP,
      Force.FIXED,
      "Only version 3 over IPv4 has a choice of checksums."),
  SYNC_GROUP(
      "sync-group",
      Area.VRRP,
      Force.FIXED,
      "Instances of a sync group have the same priorities, times and ways to preempt."),
  UNICAST_PEERS(
      "unicast-peers",
      Area.VRRP,
      Force.FIXED,
      "Unicast peers are hosts of the instance's family, each named once."),
  UNICAST_NODE(
      "unicast-node", Area.VRRP, Force.ARGUABLE, "Every node is among the unicast peers of IPv6."),
  VIRTUAL_MAC(
      "virtual-mac",
      Area.VRRP,
      Force.FIXED,
      "A virtual MAC is of one virtual router with multicast adverts and no address owner."),
  AUTH_PASSWORD(
      "auth-password",
      Area.VRRP,
      Force.FIXED,
      "An authentication has one password of 1 to 8 bytes."),
  V2_INTERVAL(
      "v2-interval", Area.VRRP, Force.FIXED, "Version 2 sends its interval in whole seconds."),
  PREEMPT_DELAY(
      "preempt-delay", Area.VRRP, Force.ARGUABLE, "A delay of preemption needs preemption."),
  TRACK_TWICE(
      "track-twice", Area.VRRP, Force.FIXED, "An instance tracks a check or an interface once."),
  CHECK_EMPTY("check-empty", Area.VRRP, Force.FIXED, "A check looks at something."),
  WEIGHT_NO_EFFECT(
      "weight-no-effect",
      Area.VRRP,
      Force.ADVICE,
      "A weight is large enough to change who is Active."),
  SHARED_FAULT(
      "shared-fault",
      Area.VRRP,
      Force.ADVICE,
      "A check that all nodes fail together must not leave nobody."),
  SLOW_CHECK(
      "slow-check",
      Area.VRRP,
      Force.ADVICE,
      "A check notices a failure about as fast as a dead node is noticed."),
  SHORT_LEASE("short-lease", Area.VRRP, Force.ADVICE, "A lease outlasts a late advert."),
  LINK_LOCAL_MISSING(
      "link-local-missing",
      Area.VRRP,
      Force.ADVICE,
      "An IPv6 instance has a link-local virtual address beside the others."),
  NOT_ACCEPTED(
      "not-accepted",
      Area.VRRP,
      Force.ADVICE,
      "A listener's virtual address takes requests: accept is not false."),

  UPSTREAM_EMPTY("upstream-empty", Area.TRAFFIC, Force.FIXED, "An upstream has servers."),
  UPSTREAM_ONLY_BACKUPS(
      "upstream-only-backups",
      Area.TRAFFIC,
      Force.FIXED,
      "nginx needs a server that is no backup."),
  UPSTREAM_BACKUP(
      "upstream-backup",
      Area.TRAFFIC,
      Force.FIXED,
      "nginx has no backups with hash, ip_hash and random."),
  SERVER_LOOP(
      "server-loop",
      Area.TRAFFIC,
      Force.ARGUABLE,
      "A server is not a load balancer's own listener."),
  LISTENER_TWICE(
      "listener-twice",
      Area.TRAFFIC,
      Force.FIXED,
      "Two listeners do not share a port of an address in one transport."),
  LISTENER_LOOP("listener-loop", Area.TRAFFIC, Force.FIXED, "Redirects between listeners end."),
  LISTENER_RESERVED(
      "listener-reserved",
      Area.TRAFFIC,
      Force.ARGUABLE,
      "Port 9182 is where nginx proves which generation it runs."),
  REDIRECT_AND_ROUTE(
      "redirect-and-route",
      Area.TRAFFIC,
      Force.FIXED,
      "A listener's unknown hosts are redirected or routed."),
  REDIRECT_LOOP(
      "redirect-loop",
      Area.TRAFFIC,
      Force.FIXED,
      "A redirect leads to where another rule answers."),
  HOST_TWICE(
      "host-twice",
      Area.TRAFFIC,
      Force.FIXED,
      "A host stands once on a listener, a listener once in a route."),
  PATH_TWICE("path-twice", Area.TRAFFIC, Force.FIXED, "A path stands once in a route."),
  BAD_PATH(
      "bad-path",
      Area.TRAFFIC,
      Force.FIXED,
      "A path begins with a slash, is normalised, and needs no quoting."),
  BAD_TEXT(
      "bad-text",
      Area.TRAFFIC,
      Force.FIXED,
      "Text for nginx's configuration has nothing that would end it."),
  RULE_ACTION("rule-action", Area.TRAFFIC, Force.FIXED, "A rule does exactly one thing."),
  NGINX_VERSION(
      "nginx-version",
      Area.TRAFFIC,
      Force.FIXED,
      "What is used, nginx of the version that a node names can do."),
  NGINX_TEST(
      "nginx-test",
      Area.TRAFFIC,
      Force.FIXED,
      "nginx itself accepts what is rendered from the spec."),
  UPSTREAM_ALL_DOWN(
      "upstream-all-down",
      Area.TRAFFIC,
      Force.ADVICE,
      "An upstream has a server that takes requests."),
  SERVER_TWICE(
      "server-twice",
      Area.TRAFFIC,
      Force.ADVICE,
      "An address and port stands once in an upstream."),
  ONE_SERVER(
      "one-server", Area.TRAFFIC, Force.ADVICE, "One server in an upstream is no redundancy."),

  BAD_ALLOW(
      "bad-allow",
      Area.COMMENT,
      Force.REMARK,
      "An allow comment names a rule that can be accepted, and a reason."),
  STALE_ALLOW("stale-allow", Area.COMMENT, Force.REMARK, "An allow comment accepts something.");

  /** What a rule is about. */
  public enum Area {
    TEXT("The text of a file"),
    SHAPE("Keys and values"),
    VRRP("Nodes, virtual routers and checks"),
    TRAFFIC("Upstreams, listeners and routes"),
    COMMENT("Comments that accept findings");

    public final String title;

    Area(String title) {
      this.title = title;
    }
  }

  /** How much a rule insists. */
  public enum Force {
    /** An error: what breaks it cannot work, so nobody can accept it. */
    FIXED(Severity.ERROR, false),
    /** An error in what would run, and for which there can be a reason. */
    ARGUABLE(Severity.ERROR, true),
    ADVICE(Severity.WARNING, true),
    /** A warning about an acceptance, which is to be mended, not accepted. */
    REMARK(Severity.WARNING, false);

    public final Severity severity;

    /** Whether {@code # vipops:allow ID reason} on the line accepts it. */
    public final boolean acceptable;

    Force(Severity severity, boolean acceptable) {
      this.severity = severity;
      this.acceptable = acceptable;
    }
  }

  /** The id as users see it. */
  public final String id;

  public final Area area;
  public final Force force;

  /** One sentence: the rule that holds, and where it helps, why. */
  public final String explanation;

  RuleId(String id, Area area, Force force, String explanation) {
    this.id = id;
    this.area = area;
    this.force = force;
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
