/** One value, or the values of a key that may have several. An empty list is the same as no key. */
export type KeyValue = string | readonly string[];

/** The condition keys of a request by lower-case name. A `Map` is one. */
export interface RequestKeys {
  get(name: string): KeyValue | undefined;
}

/** What policies are asked about. */
export interface PolicyRequest {
  /** `ecs:RunTask`, in any case. */
  readonly action: string;
  /** An ARN, or `*` for an action that is on no resource. */
  readonly resource: string;
  readonly principal: Principal;
  readonly keys: RequestKeys;
}

/** Who asks, as the principals of resource-based policies name it. */
export interface Principal {
  /**
   * `root`: an account's root user. `user`: an IAM user. `role`: the session of a role. `federatedUser`: a session of
   * GetFederationToken. `identity`: somebody whom an identity provider vouches for, before it has a role.
   */
  readonly kind: "anonymous" | "root" | "user" | "role" | "federatedUser" | "identity" | "service";
  /** Of a session: the session's own ARN. Empty for those who have none. */
  readonly arn: string;
  /** Absent for services and for those who are nobody yet. */
  readonly account?: string;
  /** Of sessions: the ARN of the role, or of the user. */
  readonly issuerArn?: string;
  /** `ecs-tasks.amazonaws.com` */
  readonly service?: string;
  /** The ARN, or the name, of the identity provider. */
  readonly provider?: string;
}
