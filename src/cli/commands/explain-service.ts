import type { ServiceEvent } from "#generated/ecs/types.ts";
import type { Client } from "../client.ts";
import { CommandError, type Terminal } from "../command.ts";
import { table } from "../table.ts";
import { idOf } from "./connect.ts";
import { type EndedTasks, endedTasksOf } from "./ended-tasks.ts";
import { type Calls, callsOn } from "./trail.ts";

export interface Explaining {
  readonly client: Client;
  readonly cluster: string;
  readonly identifier: string;
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** What `POST /_estiva/explain/service` answers. */
interface Answer {
  readonly serviceArn: string;
  readonly status: string;
  readonly desiredCount: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly summary: string;
  readonly deployments: readonly AnsweredDeployment[];
  readonly does: readonly string[];
  readonly waitsFor: readonly { readonly words: string }[];
}

interface AnsweredDeployment {
  readonly id: string;
  readonly status: string;
  readonly rolloutState: string;
  readonly taskDefinitionArn?: string;
  readonly tasks: Readonly<Record<string, number>>;
  readonly words: readonly string[];
}

const mostEvents = 10;
/** What changes what a service is to be. */
const changes = ["CreateService", "UpdateService", "DeleteService", "UpdateServicePrimaryTaskSet"];

export async function explainService({ client, cluster, identifier, terminal, json }: Explaining): Promise<void> {
  const described = await client.ecs("DescribeServices", { cluster, services: [identifier] });
  const service = described.services?.[0];
  if (service === undefined) throw new CommandError(`There is no service ${identifier} in the cluster ${cluster}.`);
  const answer = (await client.ask("explain/service", { cluster, service: identifier })) as Answer;
  const events = (service.events ?? []).slice(0, mostEvents);
  const more: More = {
    events,
    ...(await endedTasksOf(client, cluster, service.serviceName!)),
    ...(await callsOn(client, answer.serviceArn, changes)),
  };
  if (json) terminal.out(`${JSON.stringify({ ...answer, ...more }, undefined, 2)}\n`);
  else terminal.out(pageOf(service.serviceName!, answer, more));
}

/** What the public API tells beside the scheduler's own words. */
type More = EndedTasks & Calls & { readonly events: readonly ServiceEvent[] };

function pageOf(name: string, answer: Answer, more: More): string {
  const { status, desiredCount, floor, ceiling } = answer;
  const waits = answer.waitsFor.map(({ words }) => words);
  const told = more.events.map(({ createdAt, message }) => line(createdAt! * 1000, message!));
  return [
    `${name}: ${status}. ${desiredCount} wanted, at least ${floor} healthy, at most ${ceiling} at a time.\n`,
    `${answer.summary}\n`,
    ...(answer.deployments.length > 0 ? ["\n", deploymentsTable(answer.deployments)] : []),
    ...answer.deployments.flatMap(({ id, words }) => list(id, words)),
    ...list("It is about to do this", answer.does),
    ...list("It waits", waits),
    ...list("What it did last", told),
    ...endedLines(more),
    ...callLines(more),
  ].join("");
}

function deploymentsTable(deployments: readonly AnsweredDeployment[]): string {
  const headings = ["deployment", "status", "rollout", "definition", "healthy", "settling", "starting", "unhealthy"];
  const rows = deployments.map(({ id, status, rolloutState, taskDefinitionArn, tasks }) => [
    ...[id, status, rolloutState, idOf(taskDefinitionArn ?? "-")],
    ...["healthy", "settling", "starting", "unhealthy"].map((condition) => String(tasks[condition] ?? 0)),
  ]);
  return table(
    [...headings, "leaving"],
    rows.map((row, i) => [...row, String(leaving(deployments[i]!))]),
  );
}

function leaving({ tasks }: AnsweredDeployment): number {
  return (tasks.leaving ?? 0) + (tasks.ended ?? 0);
}

function endedLines({ ended, endedRefused }: EndedTasks): string[] {
  const lines = ended.map(({ at, words }) => line(at, words));
  return list("Tasks that ended last", endedRefused === undefined ? lines : [`They cannot be read: ${endedRefused}`]);
}

/** Who asked for what, as far as the audit trail says. */
export function callLines({ calls, refused }: Calls): string[] {
  const lines = calls.map(({ at, words }) => line(at, words));
  return list("Who asked for what", refused === undefined ? lines : [`The audit trail cannot be read: ${refused}`]);
}

/** A heading and its lines; nothing without lines. */
export function list(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`\n${heading}:\n`, ...lines.map((text) => `  - ${text}\n`)];
}

/** `at` in milliseconds since the epoch. */
export function line(at: number, words: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC  ${words}`;
}
