import type { Caller } from "./handler.ts";
import type { Store } from "./store.ts";
import type { Tags } from "./tags.ts";

/**
 * What IAM needs to know of a service: which action an operation is, on which resources, with which condition keys,
 * and what else it takes. The gateway asks before it runs a handler; see `services/iam/policy/` for the decision.
 *
 * All functions here are called with input that the model has validated, are synchronous, read only views, and never
 * throw: for a resource that does not exist they name the ARN that it would have, so that a caller without permission
 * learns nothing about what exists.
 */
export interface ServiceAuthorization {
  /** The service's prefix in actions: `ecs` in `ecs:RunTask`. */
  readonly prefix: string;
  /** One entry for each operation of the service. Made with `authorizationTable`, which types each by its input. */
  // biome-ignore lint/suspicious/noExplicitAny: each entry is typed by its operation; the gateway checks the input.
  readonly operations: Readonly<Record<string, OperationAuthorization<any>>>;
  /** The tags of a resource, for `aws:ResourceTag/...` and `<prefix>:ResourceTag/...`; undefined: it has none. */
  readonly resourceTags?: (arn: string, scope: AuthorizationScope) => Tags | undefined;
  /** The text of the resource-based policy of a resource, or of several that count as one; undefined: it has none. */
  readonly resourcePolicy?: (arn: string, scope: AuthorizationScope) => string | readonly string[] | undefined;
  /**
   * `resourcePolicy` must allow too, as for roles (trust policies) and keys of KMS: permissions of the caller's own
   * count only when the resource's policy names the caller's account.
   */
  readonly resourcePolicyRequired?: (action: string, arn: string) => boolean;
}

export interface OperationAuthorization<Input> {
  /** Every signed caller may, as with `sts:GetCallerIdentity`: nothing else of the entry counts then. */
  readonly free?: true;
  /** The action when it is not `<prefix>:<name of the operation>`. */
  readonly action?: string;
  /** The ARNs that the action is on: it must be allowed on each. Absent or empty: `*`. */
  readonly resources?: (input: Input, scope: AuthorizationScope) => readonly string[];
  /** Condition keys of the service (`ecs:cluster`), for one of `resources`. */
  readonly conditionKeys?: (input: Input, scope: AuthorizationScope, resource: string) => ConditionKeys;
  /** The tags in the request, for `aws:RequestTag/...` and `aws:TagKeys`. */
  readonly requestTags?: (input: Input, scope: AuthorizationScope) => Tags;
  /** The keys of tags to be removed, for `aws:TagKeys`. */
  readonly tagKeys?: (input: Input) => readonly string[];
  /** What else the caller must be allowed: `iam:PassRole`, `ecs:TagResource`... */
  readonly also?: (input: Input, scope: AuthorizationScope) => readonly Requirement[];
}

/** A further action that an operation needs. */
export interface Requirement {
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys?: ConditionKeys;
  readonly requestTags?: Tags;
}

/** Where the request happens. */
export interface AuthorizationScope {
  readonly store: Pick<Store, "view">;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly caller: Caller;
}

/**
 * The values of condition keys by name, as text (numbers in decimal, times in ISO 8601, `true` and `false`, addresses,
 * ARNs). `undefined`: the request has no such key. A list, even an empty one, belongs to a key of several values.
 */
export type ConditionKeys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The entries of a service by operation, typed by the generated `Operations` interface of the service. */
export type AuthorizationTable<Operations> = {
  readonly [Name in keyof Operations]?: Operations[Name] extends { input: infer Input }
    ? OperationAuthorization<Input>
    : never;
};

/** `iam:PassRole`: whoever has a service take on a role must be allowed to hand it over. */
export function passRole(roleArn: string, toService: string): Requirement {
  return {
    action: "iam:PassRole",
    resource: roleArn,
    // The key is there, and none of the services that take roles here says what it hands a role on for.
    conditionKeys: { "iam:PassedToService": toService, "iam:AssociatedResourceArn": undefined },
  };
}

/** Tags as most APIs list them, under either spelling of the names, by their keys. */
export function tagsOf(
  list:
    | readonly { readonly key?: string; readonly value?: string; readonly Key?: string; readonly Value?: string }[]
    | undefined,
): Tags {
  return Object.fromEntries((list ?? []).map((tag) => [tag.key ?? tag.Key ?? "", tag.value ?? tag.Value ?? ""]));
}

/**
 * What `SecretBox` seals the details of a refusal for, as the JSON of `{ account, message }`, so that only
 * `sts:DecodeAuthorizationMessage` can show them, and only within the account.
 */
export const authorizationMessagePurpose = "authorization message";

/** One question to IAM: may the caller take this action on this resource? */
export interface AccessRequest {
  readonly caller: Caller;
  /** `ecs:RunTask` */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly region: string;
  /** The account that the request is for; that of a resource whose ARN names none. */
  readonly account: string;
  readonly conditionKeys?: ConditionKeys;
  readonly requestTags?: Tags;
}

/**
 * Answers questions to IAM for those parts of the platform that callers reach otherwise than through the gateway: the
 * registry, the agent on behalf of an execution role. Undefined: allowed; else AWS's words for the refusal.
 */
export type AccessCheck = (request: AccessRequest) => string | undefined;
