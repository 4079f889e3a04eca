import type { Decision, PolicyKind } from "./evaluate.ts";

export interface Refusal {
  /** The caller's ARN; empty for who did not sign. */
  readonly callerArn: string;
  readonly action: string;
  /** Absent: not told. */
  readonly resource?: string;
  /** Whether the kind of policy is told that refused; true by default. */
  readonly withReason?: boolean;
}

const words: Readonly<Record<PolicyKind, { readonly noun: string; readonly article: string }>> = {
  identity: { noun: "identity-based policy", article: "an" },
  boundary: { noun: "permissions boundary", article: "a" },
  session: { noun: "session policy", article: "a" },
  resource: { noun: "resource-based policy", article: "a" },
};

/** AWS's words for a refused request (IAM User Guide, "Troubleshoot access denied error messages"). */
export function refusalMessage(
  { callerArn, action, resource, withReason = true }: Refusal,
  decision: Decision,
): string {
  const who = callerArn === "" ? "Anonymous" : callerArn;
  const where = resource === undefined ? "" : ` on resource: ${resource}`;
  const start = `User: ${who} is not authorized to perform: ${action}${where}`;
  if (!withReason) return start;
  const { noun, article } = words[decision.refusedBy ?? "identity"];
  if (decision.effect === "explicitDeny") return `${start} with an explicit deny in ${article} ${noun}`;
  return `${start} because no ${noun} allows the ${action} action`;
}
