import { parseArn } from "#kernel/arn.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Entry, partsOf } from "#kernel/store.ts";
import type { DeliveryRecord } from "../model.ts";
import { done, type Outcome } from "./outcome.ts";
import type { DeliveryPorts } from "./ports.ts";
import { takenRole } from "./role.ts";

/** The members of RunTask's `overrides`: other members of an input are not for it. */
const overrideNames = [
  ...["containerOverrides", "cpu", "memory", "executionRoleArn", "taskRoleArn"],
  ...["ephemeralStorage", "inferenceAcceleratorOverrides"],
];

interface RunTaskAnswer {
  readonly tasks?: readonly unknown[];
  readonly failures?: readonly { readonly reason?: string }[];
}

/**
 * Starts the tasks of a target. The token is the delivery's: an attempt that was cut off, whatever it had started,
 * starts nothing a second time.
 */
export async function deliverToEcs(entry: Entry<DeliveryRecord>, { roles }: DeliveryPorts): Promise<Outcome> {
  const { value: delivery } = entry;
  const { address } = delivery;
  if (address.kind !== "ecs-task") return { kind: "drop", reason: "Not for Amazon ECS." };
  const overrides = delivery.isOwnInput ? overridesIn(delivery.input) : undefined;
  const answer = await roles.run(takenRole(delivery, address.roleArn), {
    ...{ service: "ecs", operation: "RunTask", token: tokenOf(entry) },
    region: parseArn(address.clusterArn)?.region ?? delivery.region,
    input: { ...address.request, ...(overrides && { overrides }) },
  });
  return outcomeOfRunTask(answer as RunTaskAnswer);
}

/**
 * RunTask answers with failures, not with a fault, when there is no room. With neither it knows the token: what it had
 * started is gone already.
 */
function outcomeOfRunTask({ tasks = [], failures = [] }: RunTaskAnswer): Outcome {
  if (tasks.length > 0 || failures.length === 0) return done;
  const reasons = failures.map(({ reason }) => reason).join(", ");
  return { kind: "retry", reason: `RunTask started no task: ${reasons}.` };
}

/** Runs any operation of the platform, as a schedule's universal target asks for. */
export async function deliverToOperation(entry: Entry<DeliveryRecord>, { roles }: DeliveryPorts): Promise<Outcome> {
  const { value: delivery } = entry;
  const { address } = delivery;
  if (address.kind !== "operation") return { kind: "drop", reason: "Not for an operation." };
  const input: unknown = jsonIn(delivery.input);
  const { service, operation } = address;
  const call = { service, operation, region: delivery.region, input, token: tokenOf(entry) };
  const answer = await roles.run(takenRole(delivery, address.roleArn), call);
  return service === "ecs" && operation === "RunTask" ? outcomeOfRunTask(answer as RunTaskAnswer) : done;
}

function tokenOf({ key }: Entry<DeliveryRecord>): string {
  return partsOf(key).at(-1)!;
}

function overridesIn(input: string): object | undefined {
  const given = jsonIn(input);
  if (typeof given !== "object" || given === null) return undefined;
  const meant = Object.entries(given).filter(([name]) => overrideNames.includes(name));
  return meant.length === 0 ? undefined : Object.fromEntries(meant);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DriverError("InvalidSpec", "The target's input is not JSON.", { cause });
  }
}
