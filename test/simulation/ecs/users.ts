import assert from "node:assert/strict";
import type { Operations } from "#generated/ecs/types.ts";
import { taskArn } from "#services/ecs/model.ts";
import type { Simulation } from "../simulate.ts";
import { pickWeighted, type Weighted } from "../weighted.ts";
import { ApiFault, account, type Client, createClient, isPassing, region, untilAnswered } from "./client.ts";
import type { EcsPlane, EcsWorld } from "./scenario.ts";
import { drawTaskDefinition, pick } from "./task-shapes.ts";
import { type Vpcs, vpcActions } from "./vpc-users.ts";

/** One of several who use the platform at the same time. What they know of each other's doings is theirs. */
export interface User {
  readonly sim: Simulation<EcsPlane>;
  readonly world: EcsWorld;
  readonly client: Client;
  readonly name: string;
  /** `family:revision` or `family` of definitions made so far, by anybody. */
  readonly definitions: string[];
  /** ARNs of tasks made so far, by anybody. */
  readonly tasks: { readonly arn: string; readonly cluster: string }[];
  readonly vpcs: Vpcs;
  /** Numbers what is made. */
  readonly next: () => number;
}

export type Action = (user: User) => Promise<void>;

/** Actions with their weights. */
const actions: Weighted<Action> = [
  [3, registerTaskDefinition],
  [8, (user) => runTask(user)],
  [3, stopTask],
  [2, describeTasks],
  [2, listTasks],
  [1, removeTaskDefinition],
  [0.5, (user) => deleteCluster(user)],
  [1.5, createCluster],
  [2, hurry],
  [1, useBriefly],
  ...vpcActions,
];
const clusterNames = ["alpha", "beta"];
/** Empty for most of the time. */
const briefCluster = "gamma";

export async function playUser(user: User, steps: number): Promise<void> {
  const { sim } = user;
  await registerTaskDefinition(user);
  for (let i = 0; i < steps; i++) {
    await sim.sleep(20_000 * sim.random.float() ** 2);
    await pickWeighted(actions, sim.random.float())(user);
  }
}

/** Stops whatever runs, as its owner would before going home. */
export async function stopEverything(user: User): Promise<void> {
  await Promise.all(user.tasks.map((task) => stop(user, task, "enough")));
}

/** The answer; `undefined` for a fault with one of these codes. Any other fault is a violation. */
export async function allowing<T>(codes: readonly string[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiFault && codes.includes(error.code)) return undefined;
    throw error;
  }
}

async function registerTaskDefinition({ sim, client, definitions, next }: User): Promise<void> {
  const input = drawTaskDefinition(sim.random, String(next() % 6));
  const answer = await untilAnswered(sim, () => client.ecs("RegisterTaskDefinition", input));
  const { family, revision } = answer.taskDefinition!;
  definitions.push(`${family}:${revision}`);
}

async function runTask(user: User, cluster = pick(user.sim.random, clusterNames)): Promise<void> {
  const { sim, world, client, name, definitions, next } = user;
  const { random } = sim;
  const startedBy = `${name}-${next()}`;
  const count = random.float() < 0.6 ? 1 : 1 + Math.floor(random.float() * 10);
  const withToken = random.float() < 0.6;
  const input: Operations["RunTask"]["input"] = {
    cluster,
    taskDefinition: pick(random, definitions),
    launchType: "FARGATE",
    count,
    startedBy,
    networkConfiguration: { awsvpcConfiguration: user.vpcs.draw(random) },
    ...(withToken && { clientToken: startedBy }),
  };
  const run = { count, outcome: "unknown" as "unknown" | "refused" | readonly string[] };
  world.expected.runs.set(startedBy, run);
  const call = () => client.ecs("RunTask", input);
  try {
    run.outcome = arnsOf(await (withToken ? insist(user, call) : call()));
    sim.trace(`${startedBy} has ${run.outcome.length} tasks`);
  } catch (error) {
    if (isPassing(error)) return;
    run.outcome = "refused";
    await allowing(["ClientException", "ClusterNotFoundException", "InvalidParameterException"], Promise.reject(error));
    return;
  }
  for (const arn of run.outcome) user.tasks.push({ arn, cluster });
  if (withToken && random.float() < 0.3) await repeat(user, input, run.outcome);
}

type Ran = Operations["RunTask"]["output"];

/** Some do not wait for the answer before they ask again. */
async function insist({ sim }: User, call: () => Promise<Ran>): Promise<Ran> {
  const times = sim.random.float() < 0.4 ? 2 : 1;
  const outcomes = await Promise.allSettled(Array.from({ length: times }, () => untilAnswered(sim, call)));
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const [first] = answers.sort((a, b) => b.tasks!.length - a.tasks!.length);
  if (first === undefined) throw (outcomes[0] as PromiseRejectedResult).reason;
  for (const other of answers) {
    assert.ok(
      arnsOf(other).every((arn) => arnsOf(first).includes(arn)),
      "asked twice at once, with two answers",
    );
  }
  return first;
}

function arnsOf({ tasks }: Ran): string[] {
  return tasks!.map((task) => task.taskArn!);
}

/** The same request again is the same tasks; another request under its token is refused. */
async function repeat(user: User, input: Operations["RunTask"]["input"], arns: readonly string[]): Promise<void> {
  const { sim, client, world } = user;
  await sim.sleep(30_000 * sim.random.float());
  const again = await untilAnswered(sim, () => client.ecs("RunTask", input));
  const there = arns.filter((arn) => !world.ledger.tasks.get(idOf(arn))!.forgotten);
  const answered = arnsOf(again);
  assert.ok(there.every((arn) => answered.includes(arn)) && answered.every((arn) => arns.includes(arn)), "other tasks");
  const other = { ...input, count: input.count! + 1 };
  const refused = untilAnswered(sim, () => client.ecs("RunTask", other));
  assert.equal(await allowing(["ConflictException", "InvalidParameterException"], refused), undefined);
}

/** Often one that is only just on its way. */
async function stopTask(user: User): Promise<void> {
  const { sim, tasks, next, name } = user;
  const some = sim.random.float() < 0.5 ? tasks : tasks.slice(-5);
  if (some.length > 0) await stop(user, pick(sim.random, some), `${name} stops it (${next()})`);
}

/** Several things at once, which meet in the same records. */
async function hurry(user: User): Promise<void> {
  const { random } = user.sim;
  const others: Action[] = [deleteCluster, removeTaskDefinition, (each) => runTask(each), stopTask, stopTask];
  await Promise.all([runTask(user), pick(random, others)(user), pick(random, others)(user)]);
  await Promise.all([stopTask(user), stopTask(user)]);
}

async function stop({ sim, world, client }: User, task: User["tasks"][number], reason: string): Promise<void> {
  const { stopReasons, stops } = world.expected;
  stopReasons.set(task.arn, (stopReasons.get(task.arn) ?? new Set()).add(reason));
  const call = () => client.ecs("StopTask", { cluster: task.cluster, task: task.arn, reason });
  const answer = await allowing(["ClusterNotFoundException", "InvalidParameterException"], untilAnswered(sim, call));
  if (answer === undefined) return;
  const { stopCode, stoppedReason, desiredStatus } = answer.task!;
  assert.equal(desiredStatus, "STOPPED");
  sim.trace(`${task.arn} is stopped: ${stopCode}`);
  if (!stops.has(task.arn))
    stops.set(task.arn, { ...(stopCode && { stopCode }), ...(stoppedReason && { stoppedReason }) });
}

async function describeTasks({ sim, world, client, tasks }: User): Promise<void> {
  if (tasks.length === 0) return;
  const { cluster } = pick(sim.random, tasks);
  const asked = tasks
    .filter((task) => task.cluster === cluster)
    .slice(-100)
    .map(({ arn }) => arn);
  const call = () => client.ecs("DescribeTasks", { cluster, tasks: asked });
  const answer = await allowing(["ClusterNotFoundException"], untilAnswered(sim, call));
  if (answer === undefined) return;
  for (const { arn } of answer.failures!) {
    assert.ok(world.ledger.tasks.get(idOf(arn!))?.forgotten, `${arn} was acknowledged and is MISSING`);
  }
  assert.equal(answer.tasks!.length + answer.failures!.length, asked.length);
}

/** Page by page; what is there from the first to the last page is on one of them, once. */
async function listTasks({ sim, world, client }: User): Promise<void> {
  const cluster = pick(sim.random, clusterNames);
  const wanted = () =>
    [...world.ledger.present()].filter((task) => task.clusterName === cluster && task.desiredStatus === "RUNNING");
  const before = wanted();
  const listed: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = { cluster, maxResults: 1 + Math.floor(sim.random.float() * 5), ...(nextToken && { nextToken }) };
    const { maxResults } = page;
    const call = () => client.ecs("ListTasks", { ...page, maxResults });
    const answer = await allowing(["ClusterNotFoundException"], untilAnswered(sim, call));
    if (answer === undefined) return;
    listed.push(...answer.taskArns!);
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  assert.equal(new Set(listed).size, listed.length, "a task was listed twice");
  const after = new Set(wanted().map((task) => task.taskArn));
  for (const task of before) {
    const arn = taskArn({ account, region, clusterName: cluster, id: task.id });
    assert.ok(!after.has(arn) || listed.includes(arn), `${arn} is not listed`);
  }
}

/** The last one stays, so that there is something to run. */
async function removeTaskDefinition({ sim, client, definitions }: User): Promise<void> {
  const taskDefinition = pick(sim.random, definitions);
  if (definitions.length > 1) definitions.splice(definitions.indexOf(taskDefinition), 1);
  const deregister = () => client.ecs("DeregisterTaskDefinition", { taskDefinition });
  await allowing(["ClientException"], untilAnswered(sim, deregister));
  if (sim.random.float() < 0.5) return;
  await sim.sleep(2_000 * sim.random.float());
  await untilAnswered(sim, () => client.ecs("DeleteTaskDefinitions", { taskDefinitions: [taskDefinition] }));
}

/** A cluster is deleted just when tasks are put into it. */
async function useBriefly(user: User): Promise<void> {
  await untilAnswered(user.sim, () => user.client.ecs("CreateCluster", { clusterName: briefCluster }));
  const { length } = user.tasks;
  await Promise.all([runTask(user, briefCluster), deleteCluster(user, briefCluster)]);
  for (const task of user.tasks.slice(length)) if (task.cluster === briefCluster) await stop(user, task, "that was it");
}

async function deleteCluster({ sim, client }: User, cluster = pick(sim.random, clusterNames)): Promise<void> {
  const call = () => client.ecs("DeleteCluster", { cluster });
  await allowing(["ClusterNotFoundException", "ClusterContainsTasksException"], untilAnswered(sim, call));
}

async function createCluster({ sim, client }: User): Promise<void> {
  const clusterName = pick(sim.random, clusterNames);
  await untilAnswered(sim, () => client.ecs("CreateCluster", { clusterName }));
}

export async function createClusters(sim: Simulation<EcsPlane>): Promise<void> {
  const client = createClient(sim);
  for (const clusterName of clusterNames) {
    await untilAnswered(sim, () => client.ecs("CreateCluster", { clusterName }));
  }
}

export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
