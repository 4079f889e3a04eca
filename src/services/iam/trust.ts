import type { ConditionKeys } from "#kernel/authorization.ts";
import type { RoleRecord } from "./model.ts";
import { evaluate, type KeyValue, type PolicyCompiler, PolicySyntaxError, type Principal } from "./policy/index.ts";

/** Somebody whom IAM does not know: an AWS service, or who comes with an identity provider's token. */
export type TrustedPrincipal = { readonly service: string } | { readonly provider: string };

/** Whether the trust policy of the role allows the action to such a principal. */
export function trusts(
  compile: PolicyCompiler,
  role: RoleRecord,
  action: string,
  principal: TrustedPrincipal,
  conditionKeys: ConditionKeys,
): boolean {
  const asking: Principal =
    "service" in principal
      ? { kind: "service", arn: "", service: principal.service }
      : { kind: "identity", arn: "", provider: principal.provider };
  const keys = new Map<string, KeyValue>();
  for (const [name, value] of Object.entries(conditionKeys))
    if (value !== undefined) keys.set(name.toLowerCase(), value);
  if ("provider" in principal) keys.set("aws:federatedprovider", principal.provider);
  const policy = compileOrNot(compile, role.assumeRolePolicyDocument);
  if (policy === undefined) return false;
  const sets = { identity: [], resource: { id: role.arn, policy } };
  const request = { action, resource: role.arn, principal: asking, keys };
  return evaluate(sets, request, { sameAccount: true, resourcePolicyRequired: true }).effect === "allowed";
}

function compileOrNot(compile: PolicyCompiler, text: string) {
  try {
    return compile(text);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return undefined;
    throw error;
  }
}
