import type { SetRepositoryPolicyRequest } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import { matchesWildcard } from "../model/mutability.ts";
import type { RepositoryRecord } from "../model.ts";

/** The text of the repository's policy. */
export function requirePolicy({ policy, name, account }: RepositoryRecord): string {
  if (policy !== undefined) return policy;
  const where = `for the repository with name '${name}' in the registry with id '${account}'`;
  throw new Fault("RepositoryPolicyNotFoundException", `Repository policy does not exist ${where}`);
}

/** Refuses what is no resource-based policy. */
export function checkRepositoryPolicy(text: string, policyFault: (text: string) => string | undefined): void {
  const fault = policyFault(text);
  if (fault === undefined) return;
  const words = "Invalid parameter at 'PolicyText' failed to satisfy constraint:";
  throw new Fault("InvalidParameterException", `${words} 'Invalid repository policy provided': ${fault}`);
}

interface PolicyStatement {
  readonly Effect?: string;
  readonly Principal?: "*" | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Condition?: object;
}

/** Refuses, unless it is forced, a valid policy that would keep the caller from ever setting another. */
export function refuseLockout(
  { policyText, force }: Pick<SetRepositoryPolicyRequest, "policyText" | "force">,
  { arn, account }: Caller,
): void {
  if (force) return;
  const { Statement = [] } = JSON.parse(policyText) as { Statement?: PolicyStatement | readonly PolicyStatement[] };
  const callers = ["*", account, arn, `arn:${arn.split(":")[1]}:iam::${account}:root`];
  const locksOut = ([Statement].flat() as readonly PolicyStatement[]).some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === "Deny" &&
      Condition === undefined &&
      [Action ?? []].flat().some((action) => matchesWildcard(action.toLowerCase(), "ecr:setrepositorypolicy")) &&
      (Principal === "*" || [Principal?.AWS ?? []].flat().some((principal) => callers.includes(principal))),
  );
  if (!locksOut) return;
  const words = "The policy would prevent you from setting another one. Use force to set it anyway.";
  throw new Fault(
    "InvalidParameterException",
    `Invalid parameter at 'PolicyText' failed to satisfy constraint: ${words}`,
  );
}
