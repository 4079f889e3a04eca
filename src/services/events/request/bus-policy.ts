import type { PutPermissionRequest } from "#generated/events/types.ts";
import { partitionOf } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import { busArn, type EventBusRecord } from "../model.ts";
import { invalidParameter } from "./refusals.ts";

/** AWS's limit on the policy of a bus, in characters. */
const longestPolicy = 10_240;

interface Statement {
  readonly Sid?: string;
}

interface Policy {
  readonly Version?: string;
  readonly Statement?: Statement | readonly Statement[];
}

/** The statements of a bus's policy as a list. */
export function statementsOf({ policy }: EventBusRecord): readonly Statement[] {
  const { Statement: statements } = JSON.parse(policy ?? "{}") as Policy;
  return statements === undefined ? [] : [statements].flat();
}

/** The policy with these statements; none: no policy. */
export function policyOf(statements: readonly Statement[]): string | undefined {
  return statements.length === 0 ? undefined : JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The policy after one statement has been put into it, in place of the one with its id. */
export function withStatement(bus: EventBusRecord, input: PutPermissionRequest): string {
  const { Principal, StatementId, Condition, Action } = input;
  if (StatementId === undefined) throw invalidParameter("StatementId", "StatementId is a required argument.");
  if (Principal === undefined) throw invalidParameter("Principal", "Principal is a required argument.");
  if (Action === undefined) throw invalidParameter("Action", "Action is a required argument.");
  if (Action !== "events:PutEvents")
    throw invalidParameter("Action", "Provided value in parameter 'action' is not supported.");
  const statement = {
    Sid: StatementId,
    Effect: "Allow",
    Principal: Principal === "*" ? "*" : { AWS: `arn:${partitionOf(bus.region)}:iam::${Principal}:root` },
    Action,
    Resource: busArn(bus, bus.name),
    ...(Condition && { Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } } }),
  };
  return policyOf([...statementsOf(bus).filter(({ Sid }) => Sid !== StatementId), statement])!;
}

/** Refuses a text that is no resource policy. */
export function checkPolicy(text: string, policyFault: (document: string) => string | undefined): void {
  const fault = policyFault(text);
  if (fault !== undefined) throw invalidParameter("Policy", fault);
  if (text.length > longestPolicy) {
    throw new Fault("PolicyLengthExceededException", "The policy of the event bus is longer than 10240 characters.");
  }
}
