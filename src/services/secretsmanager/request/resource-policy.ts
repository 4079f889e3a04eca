import { Fault } from "#kernel/fault.ts";
import type { SecretsParts } from "./handler.ts";

/** Refuses a text that is no resource policy. */
export function checkResourcePolicy(text: string, { policyFault }: Pick<SecretsParts, "policyFault">): void {
  const fault = policyFault(text);
  if (fault === undefined) return;
  throw new Fault("MalformedPolicyDocumentException", `This resource policy contains an error: ${fault}`);
}

interface PolicyStatement {
  readonly Effect?: string;
  readonly Principal?: "*" | { readonly AWS?: string | readonly string[] };
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** Whether a valid policy allows something to everyone, on no condition. */
export function isPublic(text: string): boolean {
  const { Statement = [] } = JSON.parse(text) as { Statement?: PolicyStatement | readonly PolicyStatement[] };
  const statements = Array.isArray(Statement) ? (Statement as readonly PolicyStatement[]) : [Statement];
  return (statements as readonly PolicyStatement[]).some(
    ({ Effect, Principal, Condition = {} }) =>
      Effect === "Allow" &&
      (Principal === "*" || [Principal?.AWS ?? []].flat().includes("*")) &&
      Object.keys(Condition).length === 0,
  );
}
