import type { Caller } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { findPolicy } from "./find-policy.ts";
import {
  defaultVersion,
  type GroupRecord,
  groups,
  type Identity,
  roles,
  type Tag,
  type UserRecord,
  users,
} from "./model.ts";
import {
  type AttachedPolicy,
  type CompiledPolicy,
  compilePolicy,
  type PolicyCompiler,
  type PolicySets,
  PolicySyntaxError,
} from "./policy/index.ts";

/** What counts for a caller, whatever the resource. */
export interface CallerPolicies {
  readonly sets: Pick<PolicySets, "identity" | "boundary" | "session">;
  /** The tags of the user or role, under those of the session. */
  readonly tags: Tags;
  /** Of an IAM user. */
  readonly userName?: string;
}

/** Gives the policies of callers as the store has them now. */
export interface PolicySource {
  policiesOf(caller: Caller): CallerPolicies;
}

/**
 * Reads IAM's records from memory. Users and roles are found by their unique ids: one that was removed and made anew
 * under its old name is another. Whoever is not found has no policies, and may nothing.
 */
export function createPolicySource(store: Store, compile: PolicyCompiler): PolicySource {
  return {
    policiesOf(caller) {
      const { session, type } = caller;
      const tagsWith = (own: readonly Tag[]) => principalTags(own, session?.tags);
      const sessionSet = sessionPolicies(caller, compile);
      const issuerId = session?.issuerId ?? caller.userId;
      if (type === "Root" || (type === "FederatedUser" && issuerId === caller.account)) {
        return { sets: { identity: "all", ...sessionSet }, tags: tagsWith([]) };
      }
      const user = type === "AssumedRole" ? undefined : store.view(users).by("id", issuerId)[0]?.value;
      const holder = user ?? store.view(roles).by("id", issuerId)[0]?.value;
      if (holder === undefined || holder.account !== caller.account) {
        return { sets: { identity: [], ...sessionSet }, tags: tagsWith([]) };
      }
      const { permissionsBoundary, tags } = holder;
      const identity = user === undefined ? heldBy(holder, "role", store, compile) : heldByUser(user, store, compile);
      const boundary =
        permissionsBoundary === undefined
          ? {}
          : { boundary: managed(permissionsBoundary, store, compile) ?? deniesAll };
      return {
        sets: { identity, ...boundary, ...sessionSet },
        tags: tagsWith(tags),
        ...(type === "User" && user !== undefined && { userName: user.userName }),
      };
    },
  };
}

/** A session's tag takes the place of the role's or user's, however that is spelt ("Pass session tags in AWS STS"). */
function principalTags(own: readonly Tag[], ofSession: Tags = {}): Tags {
  const taken = new Set(Object.keys(ofSession).map((key) => key.toLowerCase()));
  const left = own.filter(({ key }) => !taken.has(key.toLowerCase()));
  return { ...Object.fromEntries(left.map(({ key, value }) => [key, value])), ...ofSession };
}

/** A federated user's session has what its policies allow, and nothing without any; other sessions only with some. */
function sessionPolicies({ type, session }: Caller, compile: PolicyCompiler): Pick<PolicySets, "session"> {
  const texts = session?.policies ?? [];
  if (texts.length === 0 && type !== "FederatedUser") return {};
  return { session: texts.map((text, index) => ({ id: `session_${index + 1}`, policy: compiled(text, compile) })) };
}

function heldByUser(user: UserRecord, store: Store, compile: PolicyCompiler): AttachedPolicy[] {
  const held = heldBy(user, "user", store, compile);
  for (const id of user.groupIds) {
    const group = store.view(groups).by("id", id)[0]?.value;
    if (group !== undefined) held.push(...heldBy(group, "group", store, compile));
  }
  return held;
}

type Holder = Identity | GroupRecord;

function heldBy(holder: Holder, kind: string, store: Store, compile: PolicyCompiler): AttachedPolicy[] {
  const held: AttachedPolicy[] = holder.inlinePolicies.map(({ policyName, document }) => ({
    id: `${kind}_${policyName}`,
    policy: compiled(document, compile),
  }));
  for (const arn of holder.attachedPolicies) {
    const policy = managed(arn, store, compile);
    if (policy !== undefined) held.push(policy);
  }
  return held;
}

function managed(arn: string, store: Store, compile: PolicyCompiler): AttachedPolicy | undefined {
  const policy = findPolicy(store, arn);
  return policy && { id: arn, policy: compiled(defaultVersion(policy).document, compile) };
}

const denying = compilePolicy('{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}');
/** In place of a boundary that cannot be found: nothing is allowed beyond what is known. */
const deniesAll: AttachedPolicy = { id: "missing", policy: denying };

/** A document that cannot be read may hold a Deny: then nothing is allowed. */
function compiled(text: string, compile: PolicyCompiler): CompiledPolicy {
  try {
    return compile(text);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return denying;
    throw error;
  }
}
