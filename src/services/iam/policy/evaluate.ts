import type { CompiledPolicy } from "./compile.ts";
import type { Naming } from "./principal.ts";
import type { PolicyRequest } from "./request.ts";

/** The kinds of policy that take part in a decision, in the order in which a refusal is told. */
const policyKinds = ["identity", "boundary", "session", "resource"] as const;
export type PolicyKind = (typeof policyKinds)[number];

/** A policy under the name by which the simulator speaks of it. */
export interface AttachedPolicy {
  /** `user_alice_inline`, `arn:aws:iam::aws:policy/ReadOnlyAccess`, `PolicyInputList.1`. */
  readonly id: string;
  readonly policy: CompiledPolicy;
}

/** All policies that count for a caller and a resource. */
export interface PolicySets {
  /** What the caller's user (with its groups) or role may; `all` for the root, to whom no such policy is attached. */
  readonly identity: readonly AttachedPolicy[] | "all";
  /** Absent: no boundary. */
  readonly boundary?: AttachedPolicy;
  /** Absent: the session was made without policies. Empty: it may nothing of itself, as a federated user's without. */
  readonly session?: readonly AttachedPolicy[];
  /** Absent: the resource has none. Several count as one: what any of them says is said. */
  readonly resource?: AttachedPolicy | readonly AttachedPolicy[];
}

export interface EvaluationOptions {
  /** Whether the resource is in the account of the caller. Across accounts both sides must allow. */
  readonly sameAccount: boolean;
  /** Only the policy of the resource can allow, or hand over to the account's own policies: roles and KMS keys. */
  readonly resourcePolicyRequired?: boolean;
}

export interface Decision {
  readonly effect: "allowed" | "explicitDeny" | "implicitDeny";
  /** The kind of policy that refused. */
  readonly refusedBy?: PolicyKind;
  /** The statements that settled it: those that deny, else those that allow. */
  readonly matched: readonly MatchedStatement[];
  readonly allowedByBoundary?: boolean;
}

export interface MatchedStatement {
  readonly kind: PolicyKind;
  readonly policyId: string;
  /** The position of the statement in its document, from 0. */
  readonly index: number;
  readonly sid: string | undefined;
}

/** Decides as the User Guide says ("Policy evaluation logic"): a Deny anywhere wins; else it must be allowed. */
export function evaluate(sets: PolicySets, request: PolicyRequest, options: EvaluationOptions): Decision {
  const { identity } = sets;
  const found = {
    identity: identity === "all" ? all : matchesOf(identity, request, "identity"),
    boundary: sets.boundary === undefined ? all : matchesOf([sets.boundary], request, "boundary"),
    session: sets.session === undefined ? all : matchesOf(sets.session, request, "session"),
    resource: sets.resource === undefined ? none : matchesOf([sets.resource].flat(), request, "resource"),
  };
  const boundary = sets.boundary === undefined ? {} : { allowedByBoundary: found.boundary.naming !== "none" };
  for (const kind of policyKinds) {
    const { denies } = found[kind];
    if (denies.length > 0) return { effect: "explicitDeny", refusedBy: kind, matched: denies, ...boundary };
  }
  const refusedBy = refusalOf(found, options);
  if (refusedBy !== undefined) return { effect: "implicitDeny", refusedBy, matched: [], ...boundary };
  return { effect: "allowed", matched: policyKinds.flatMap((kind) => found[kind].allows), ...boundary };
}

interface Matches {
  /** The closest naming of the caller by a statement that allows; `none`: nothing allows. */
  readonly naming: Naming;
  readonly allows: readonly MatchedStatement[];
  readonly denies: readonly MatchedStatement[];
}

const none: Matches = { naming: "none", allows: [], denies: [] };
const all: Matches = { naming: "caller", allows: [], denies: [] };
const closeness: Readonly<Record<Naming, number>> = { none: 0, account: 1, issuer: 2, caller: 3 };

function matchesOf(policies: readonly AttachedPolicy[], request: PolicyRequest, kind: PolicyKind): Matches {
  let naming: Naming = "none";
  const allows: MatchedStatement[] = [];
  const denies: MatchedStatement[] = [];
  for (const { id, policy } of policies) {
    for (const statement of policy.about(request.action)) {
      const named = statement.appliesTo(request);
      if (named === "none") continue;
      const matched = { kind, policyId: id, index: statement.index, sid: statement.sid };
      if (statement.effect === "Deny") denies.push(matched);
      else allows.push(matched);
      if (statement.effect === "Allow" && closeness[named] > closeness[naming]) naming = named;
    }
  }
  return allows.length === 0 && denies.length === 0 ? none : { naming, allows, denies };
}

/**
 * What keeps a request from being allowed that nothing denies. In the caller's own account a resource's policy is
 * enough when it names the caller; when it names the role of a session, the role's boundary and the session's policies
 * still count; when it names the account, it leaves the matter to the account's policies.
 */
function refusalOf(found: Readonly<Record<PolicyKind, Matches>>, options: EvaluationOptions): PolicyKind | undefined {
  const { naming } = found.resource;
  const limit = (["boundary", "session"] as const).find((kind) => found[kind].naming === "none");
  if (options.sameAccount) {
    if (naming === "caller") return undefined;
    if (naming === "issuer") return limit;
    if (options.resourcePolicyRequired && naming === "none") return "resource";
  }
  if (found.identity.naming === "none") return "identity";
  if (limit !== undefined) return limit;
  return options.sameAccount || naming !== "none" ? undefined : "resource";
}
