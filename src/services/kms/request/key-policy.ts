import { Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { KmsParts } from "./handler.ts";

/** KMS's quota on a key policy, in bytes. */
const largestPolicy = 32_768;

interface PolicyStatement {
  readonly Effect?: string;
  readonly Principal?: "*" | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
}

/**
 * Refuses a policy that is none, or after which its author could not change it again (the "lockout safety check"): a
 * statement must allow kms:PutKeyPolicy to the caller, to the caller's account, or to everyone.
 */
export function checkKeyPolicy(
  text: string,
  caller: Caller,
  { policyFault }: Pick<KmsParts, "policyFault">,
  options: { readonly bypassLockoutCheck?: boolean },
): void {
  if (Buffer.byteLength(text) > largestPolicy) {
    throw new Fault("LimitExceededException", `A key policy can have at most ${largestPolicy} bytes.`);
  }
  const fault = policyFault(text);
  if (fault !== undefined) throw new Fault("MalformedPolicyDocumentException", fault);
  if (options.bypassLockoutCheck) return;
  const { Statement = [] } = JSON.parse(text) as { Statement?: PolicyStatement | readonly PolicyStatement[] };
  if (listOf(Statement).some((statement) => keepsControl(statement, caller))) return;
  const message = "The new key policy will not allow you to update the key policy in the future.";
  throw new Fault("MalformedPolicyDocumentException", message);
}

function keepsControl({ Effect, Principal, Action }: PolicyStatement, caller: Caller): boolean {
  if (Effect !== "Allow") return false;
  const principals = Principal === "*" ? ["*"] : listOf(Principal?.AWS ?? []);
  const issuer = caller.session?.issuerArn;
  const named = principals.some(
    (name) =>
      name === "*" ||
      name === caller.account ||
      name === caller.arn ||
      name === issuer ||
      new RegExp(`^arn:[a-z-]+:iam::${caller.account}:root$`).test(name),
  );
  return named && listOf(Action ?? []).some((action) => allowsPutKeyPolicy(action.toLowerCase()));
}

function allowsPutKeyPolicy(action: string): boolean {
  const star = action.indexOf("*");
  return star < 0 ? action === "kms:putkeypolicy" : "kms:putkeypolicy".startsWith(action.slice(0, star));
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
