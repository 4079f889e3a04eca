/** What a subnet's network ACL lets in and out. In each direction the first rule that a packet matches decides it. */
export interface NetworkAclSpec {
  readonly ingress: readonly AclRuleSpec[];
  readonly egress: readonly AclRuleSpec[];
}

/** What no rule matches is denied. */
export interface AclRuleSpec {
  readonly action: "allow" | "deny";
  /** `tcp`, `udp`, `icmp`, a protocol number as text, or `-1` for all. */
  readonly protocol: string;
  /** Ports of the destination, or ICMP type (`fromPort`) and code (`toPort`); -1 or absent: all. */
  readonly fromPort?: number;
  readonly toPort?: number;
  /** The other side: an IPv4 range. */
  readonly cidr: string;
}
