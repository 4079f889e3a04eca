/**
 * From RunTask to the process of the container running (image there, awsvpc), beside creating and starting the same two
 * containers, the sandbox's and the application's, directly through the engine's API. The end is the same for both: the
 * engine's own StartedAt of the application's container. Rounds take turns, so that whatever else the machine does
 * weighs on both alike. `node bench/run-task.ts [rounds] [--json]`
 */
import { randomBytes } from "node:crypto";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient, type EngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import { pauseImageReference } from "#host/runtime/docker/pause-image.ts";
import { systemClock } from "#kernel/clock.ts";
import { busyboxReference, ensureBusybox } from "../test/images/busybox.ts";
import { type Measurement, quantile, report } from "./report.ts";
import { defaultSubnets, prepareTasks, startUp, temporaryFolder, type Up } from "./support/up.ts";

const rounds = Number(process.argv[2]) || 15;
const parallelRounds = Math.ceil(rounds / 3);
const parallel = 10;
/** Ends at once when it is told to: the stopping is not measured. */
const command = ["sh", "-c", "trap exit TERM; sleep 1000000 & wait"];
/** So that the engine has finished with what was removed, and prepared sandboxes are there again. */
const restMs = 1500;
const run = `bench-${randomBytes(4).toString("hex")}`;

interface Timed {
  /** Until the engine had started the application's process. */
  readonly startedMs: number;
  /** Until the caller knew: the answer to the last call, or DescribeTasks saying RUNNING. */
  readonly knownMs: number;
}

const { engine, failures } = await findEngine(process.env);
if (engine === undefined) {
  console.error(`No container engine answers: ${failures.map(({ reason }) => reason).join("; ")}`);
  process.exit(1);
}
const engineClient = createEngineClient(parseAddress(engine.address.url, process.env), systemClock());
await putImage(engine.address.url);
const folder = temporaryFolder("run-task");
const up = await startUp(folder.path);
try {
  await prepareTasks(up.client, busyboxReference, command);
  const subnets = await defaultSubnets(up.client);
  await viaPlatform(up, subnets, 1); // the VPC's bridges, the pause image
  const single = await compare(rounds, 1);
  const several = await compare(parallelRounds, parallel);
  report("run-task", [...rows("one task", single), ...rows(`${parallel} tasks at once`, several)]);

  async function compare(times: number, count: number): Promise<Compared> {
    const [direct, platform]: [Timed[], Timed[]] = [[], []];
    for (let round = 0; round < times; round++) {
      await rest();
      const measureDirect = async () => direct.push(await viaEngine(engineClient, round, count));
      const measurePlatform = async () => platform.push(await viaPlatform(up, subnets, count));
      const order = round % 2 === 0 ? [measureDirect, measurePlatform] : [measurePlatform, measureDirect];
      await order[0]!();
      await rest();
      await order[1]!();
    }
    return { direct, platform };
  }
} finally {
  await up.clear();
  engineClient.close();
  folder.remove();
}

interface Compared {
  readonly direct: readonly Timed[];
  readonly platform: readonly Timed[];
}

function rows(what: string, { direct, platform }: Compared): Measurement[] {
  const median = (samples: readonly number[]) => quantile(samples, 0.5);
  const ratio = (pick: (timed: Timed) => number) => median(platform.map((timed, i) => pick(timed) / pick(direct[i]!)));
  const started = (timed: Timed) => timed.startedMs;
  const known = (timed: Timed) => timed.knownMs;
  const note = `median of ${direct.length} pairs`;
  return [
    { name: `${what}, engine's API`, value: median(direct.map(started)), unit: "ms", note: "pairs of containers" },
    { name: `${what}, RunTask`, value: median(platform.map(started)), unit: "ms", note: "to the process running" },
    { name: `${what}, RunTask / engine`, value: ratio(started), unit: "x", goal: { atMost: 1.15 }, note },
    { name: `${what}, RUNNING in DescribeTasks / engine`, value: ratio(known), unit: "x", note },
  ];
}

/** The last of the tasks counts. */
async function viaPlatform({ client }: Up, subnets: string[], count: number): Promise<Timed> {
  const begunAt = Date.now();
  const begun = performance.now();
  const { tasks = [] } = await client.ecs("RunTask", {
    ...{ cluster: "bench", taskDefinition: "bench", launchType: "FARGATE", count },
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
  });
  const arns = tasks.map((task) => task.taskArn!);
  const described = await until(async () => {
    const answer = await client.ecs("DescribeTasks", { cluster: "bench", tasks: arns });
    const stopped = answer.tasks?.find((task) => task.lastStatus === "STOPPED");
    if (stopped) throw new Error(`A task has stopped: ${stopped.stoppedReason}`);
    return answer.tasks?.every((task) => task.lastStatus === "RUNNING") ? answer.tasks : undefined;
  });
  const knownMs = performance.now() - begun;
  const ids = described.map((task) => task.containers![0]!.runtimeId!);
  const startedMs = (await lastStart(ids)) - begunAt;
  await Promise.all(arns.map((task) => client.ecs("StopTask", { cluster: "bench", task })));
  await until(async () => ((await remaining(ids)) === 0 ? true : undefined));
  return { startedMs, knownMs };
}

/** The containers as the driver makes them, but with the engine's defaults around. */
async function viaEngine(client: EngineClient, round: number, count: number): Promise<Timed> {
  const make = async (name: string, body: object): Promise<string> => {
    const { Id } = await client.call("POST", "/containers/create", { query: { name: `${run}-${name}` }, body });
    await client.call("POST", `/containers/${Id}/start`);
    return Id;
  };
  const makePair = async (i: number): Promise<[string, string]> => {
    const name = `${round}-${count}-${i}`;
    const pause = await make(`${name}-pause`, { Image: pauseImageReference, HostConfig: { NetworkMode: "none" } });
    const joined = { NetworkMode: `container:${pause}` };
    return [await make(`${name}-app`, { Image: busyboxReference, Cmd: command, HostConfig: joined }), pause];
  };
  const begunAt = Date.now();
  const begun = performance.now();
  const pairs = await Promise.all(Array.from({ length: count }, (_, i) => makePair(i)));
  const knownMs = performance.now() - begun;
  const startedMs = (await lastStart(pairs.map(([app]) => app))) - begunAt;
  for (const id of pairs.flat()) await client.call("DELETE", `/containers/${id}`, { query: { force: true } });
  return { startedMs, knownMs };
}

async function lastStart(ids: readonly string[]): Promise<number> {
  const answers = await Promise.all(ids.map((id) => engineClient.call("GET", `/containers/${id}/json`)));
  return Math.max(...answers.map((answer) => Date.parse(answer.State.StartedAt)));
}

async function remaining(ids: readonly string[]): Promise<number> {
  const query = { all: true, filters: { id: ids } };
  return (await engineClient.call("GET", "/containers/json", { query })).length;
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, restMs));
}

async function putImage(socket: string): Promise<void> {
  const driver = createDockerDriver({ owner: run, socket, log: console.error });
  await ensureBusybox(driver);
  await driver.close();
}
