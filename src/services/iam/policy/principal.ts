import type { Principals, Statement } from "./document.ts";
import type { Principal } from "./request.ts";

/**
 * How closely a statement names the caller. `account`: through the caller's account, which leaves it to the account's
 * own policies. `issuer`: as the role, or the user, whose session it is, or as anybody. `caller`: itself.
 */
export type Naming = "none" | "account" | "issuer" | "caller";

export type PrincipalMatcher = (principal: Principal) => Naming;

/** Absent in identity-based policies, which speak of who they are attached to. */
export function compilePrincipal({ principal, notPrincipal, effect }: Statement): PrincipalMatcher | undefined {
  if (principal !== undefined) return (asking) => namingOf(principal, asking);
  if (notPrincipal !== undefined) return (asking) => (isExcepted(notPrincipal, asking, effect) ? "none" : "issuer");
  return undefined;
}

function namingOf(principals: Principals, asking: Principal): Naming {
  let closest: Naming = "none";
  for (const value of principals.AWS ?? []) {
    const naming = awsNaming(value, asking);
    if (naming === "caller") return naming;
    if (naming === "issuer" || closest === "none") closest = naming;
  }
  if (asking.service !== undefined && principals.Service?.includes(asking.service)) return "caller";
  if (asking.provider !== undefined && principals.Federated?.includes(asking.provider)) return "caller";
  if (closest === "none" && isAnyone(principals, asking)) return "caller";
  return closest;
}

function isAnyone(principals: Principals, { kind }: Principal): boolean {
  if (kind === "service") return principals.Service?.includes("*") ?? false;
  return kind === "identity" && (principals.Federated?.includes("*") ?? false);
}

function awsNaming(value: string, asking: Principal): Naming {
  const { kind, arn, issuerArn, account } = asking;
  const isSession = kind === "role" || kind === "federatedUser";
  if (value === "*") return isSession ? "issuer" : "caller";
  if (arn !== "" && value === arn) return kind === "root" ? "account" : "caller";
  if (isSession && value === issuerArn) return kind === "role" || !value.endsWith(":root") ? "issuer" : "account";
  return account !== undefined && isAccount(value, account) ? "account" : "none";
}

function isAccount(value: string, account: string): boolean {
  return value === account || (value.endsWith(":root") && /^arn:[\w-]+:iam::(\d+):root$/.exec(value)?.[1] === account);
}

/**
 * A caller is excepted from a Deny only when all that it goes by is named: the account, the role, the session; and from
 * an Allow already when one of them is. (User Guide, "NotPrincipal": naming the user without its account denies it
 * too.)
 */
function isExcepted(principals: Principals, asking: Principal, effect: "Allow" | "Deny"): boolean {
  const names = namesOf(asking);
  const isNamed = ({ kind, value }: Name) => {
    const listed = principals[kind] ?? [];
    if (kind === "AWS" && listed.includes("*")) return true;
    if (kind === "AWS" && /^\d+$/.test(value)) return listed.some((item) => isAccount(item, value));
    return listed.includes(value);
  };
  return effect === "Deny" ? names.length > 0 && names.every(isNamed) : names.some(isNamed);
}

interface Name {
  readonly kind: "AWS" | "Service" | "Federated";
  readonly value: string;
}

function namesOf({ kind, arn, account, issuerArn, service, provider }: Principal): Name[] {
  if (service !== undefined) return [{ kind: "Service", value: service }];
  if (kind === "identity" && provider !== undefined) return [{ kind: "Federated", value: provider }];
  const names = kind === "root" ? [account] : [account, issuerArn, arn || undefined];
  return [...new Set(names)].flatMap((value) => (value === undefined ? [] : [{ kind: "AWS", value }]));
}
