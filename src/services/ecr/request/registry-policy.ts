import { Fault } from "#kernel/fault.ts";
import type { RegistryRecord } from "../model.ts";

/** The text of the registry's policy. */
export function requireRegistryPolicy({ policy, account }: RegistryRecord): string {
  if (policy !== undefined) return policy;
  throw new Fault(
    "RegistryPolicyNotFoundException",
    `Registry policy does not exist in the registry with id '${account}'`,
  );
}

interface PolicyStatement {
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

/** Refuses what is no policy, is about other actions than ECR's, or does not say on which repositories. */
export function checkRegistryPolicy(text: string, policyFault: (text: string) => string | undefined): void {
  const fault = policyFault(text) ?? statementFault(text);
  if (fault === undefined) return;
  const words = "Invalid parameter at 'PolicyText' failed to satisfy constraint:";
  throw new Fault("InvalidParameterException", `${words} 'Invalid registry policy provided': ${fault}`);
}

function statementFault(text: string): string | undefined {
  const { Statement = [] } = JSON.parse(text) as { Statement?: PolicyStatement | readonly PolicyStatement[] };
  for (const { Action, NotAction, Resource, NotResource } of [Statement].flat() as readonly PolicyStatement[]) {
    if (Resource === undefined && NotResource === undefined) return "Policy statement must contain resources.";
    const other = [Action ?? []].flat().find((action) => action !== "*" && !/^ecr:/i.test(action));
    if (other !== undefined) return `The action ${other} is none of Amazon ECR's.`;
    if (NotAction !== undefined) return "Policy statement must contain actions.";
  }
  return undefined;
}
