import { parseArn } from "#kernel/arn.ts";
import type { Store } from "#kernel/store.ts";
import { type RoleRecord, roleOfArn, roles } from "./role.ts";
import { userKey, users } from "./user.ts";

type Views = Pick<Store, "view">;

/** A user or role that a trust policy names by its ARN. */
export interface NamedPrincipal {
  readonly arn: string;
  readonly account: string;
  /** Its unique id; undefined: there is none of this ARN. */
  readonly id: string | undefined;
}

/** The users and roles in a trust policy, each once. The text must be a policy document. */
export function principalsNamed(store: Views, document: string): readonly NamedPrincipal[] {
  const named = new Map<string, NamedPrincipal>();
  withPrincipals(document, (text) => {
    const arn = parseArn(text);
    if (arn?.service !== "iam" || !/^(user|role)\//.test(arn.resource)) return text;
    named.set(text, { arn: text, account: arn.account, id: idOf(store, text) });
    return text;
  });
  return [...named.values()];
}

/**
 * The role's trust policy as it holds now. A user or role is trusted as who it was when the policy was written (User
 * Guide, "AWS JSON policy elements: Principal"): one that has a new name or path goes on under its new ARN, and one
 * that is gone is there by its unique id, which nobody has, whoever has its name now.
 */
export function trustPolicyOf(store: Views, { assumeRolePolicyDocument: text, trustedIds = {} }: RoleRecord): string {
  const changed = Object.entries(trustedIds).filter(([arn, id]) => idOf(store, arn) !== id);
  if (changed.length === 0) return text;
  const now = new Map(changed.map(([arn, id]) => [arn, arnOf(store, id) ?? id]));
  return withPrincipals(text, (arn) => now.get(arn) ?? arn);
}

function idOf(store: Views, text: string): string | undefined {
  const arn = parseArn(text);
  if (arn?.resource.startsWith("role/")) return roleOfArn(store, text)?.roleId;
  const user = arn && store.view(users).get(userKey(arn.account, arn.resource.split("/").at(-1)!))?.value;
  return user?.arn === text ? user.userId : undefined;
}

function arnOf(store: Views, id: string): string | undefined {
  return (store.view(users).by("id", id)[0] ?? store.view(roles).by("id", id)[0])?.value.arn;
}

interface StatementText {
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
}

/** The document with each principal of the kind `AWS` as `change` gives it. */
function withPrincipals(document: string, change: (principal: string) => string): string {
  const source = JSON.parse(document) as { readonly Statement: StatementText | readonly StatementText[] };
  const changedIn = (principals: unknown) => {
    if (typeof principals !== "object" || principals === null || !("AWS" in principals)) return principals;
    const { AWS: listed } = principals as { readonly AWS: string | readonly string[] };
    return { ...principals, AWS: typeof listed === "string" ? change(listed) : listed.map(change) };
  };
  const statements = [source.Statement].flat().map((statement) => ({
    ...statement,
    ...(statement.Principal !== undefined && { Principal: changedIn(statement.Principal) }),
    ...(statement.NotPrincipal !== undefined && { NotPrincipal: changedIn(statement.NotPrincipal) }),
  }));
  return JSON.stringify({ ...source, Statement: statements });
}
