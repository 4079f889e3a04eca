import assert from "node:assert/strict";
import { type Control, startControl } from "#control/index.ts";
import { DriverError } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { HttpCall } from "#kernel/http-sender.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import type { RoleActor } from "#kernel/role-actor.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import type { Change } from "#kernel/store.ts";
import { createEvents, eventsCollections } from "#services/events/index.ts";
import { type DeliveryRecord, deliveries } from "#services/events/model.ts";
import { createLogSink, createLogs, logsCollections } from "#services/logs/index.ts";
import { createScheduler, schedulerCollections } from "#services/scheduler/index.ts";
import { logParts } from "../../support/log-queries.ts";
import { happens } from "../faults.ts";
import { ConnectionLost } from "../process.ts";
import type { BootParts, Scenario, Simulation } from "../simulate.ts";

/*
 * EventBridge and its Scheduler under faults: users send events and have tasks run by a rule's and by a schedule's
 * times. What was accepted is delivered, into the log once; each time has its tasks started once.
 */

export interface EventsWorld {
  readonly sim: Simulation<EventsPlane>;
  /** The log's files, the endpoint and the tasks live on when the control plane dies. */
  readonly files: ReturnType<typeof memoryFiles>;
  /** Names of events that were accepted. */
  readonly accepted: Set<string>;
  /** Names that the HTTP endpoint has answered 200 to. */
  readonly posted: Set<string>;
  /** Client token -> for which time it started a task: the same token starts nothing again. */
  readonly started: Map<string, string>;
  /** Origin -> the times that were seen to, in order. */
  readonly fired: Map<string, number[]>;
}

export interface EventsPlane {
  readonly control: Control;
  call(service: "events" | "scheduler" | "logs", operation: string, input: object): Promise<unknown>;
  /** The messages of the log group. */
  messages(): Promise<readonly string[]>;
}

const account = "000000000000";
const role = `arn:aws:iam::${account}:role/r`;
const logGroup = "/aws/events/all";
const ecs = {
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/c`,
  RoleArn: role,
  EcsParameters: { TaskDefinitionArn: "task:1" },
};
const eventCount = 30;
const minute = 60_000;
const schedule = {
  ...{ Name: "s", ScheduleExpression: "cron(0/2 * * * ? *)", FlexibleTimeWindow: { Mode: "OFF" }, ClientToken: "one" },
  Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", RoleArn: role, Input: '{"TaskDefinition": "t"}' },
};

/** What a user sets up, each step until it has been done. */
const setUp: readonly [Parameters<EventsPlane["call"]>[0], string, object][] = [
  ["logs", "CreateLogGroup", { logGroupName: logGroup }],
  ["events", "PutRule", { Name: "all", EventPattern: '{"source": ["app"]}' }],
  [
    "events",
    "PutTargets",
    {
      Rule: "all",
      Targets: [
        { Id: "log", Arn: `arn:aws:logs:us-east-1:${account}:log-group:${logGroup}` },
        { Id: "http", Arn: "http://hook.example/", InputPath: "$.detail.name" },
      ],
    },
  ],
  ["events", "PutRule", { Name: "tick", ScheduleExpression: "rate(1 minute)" }],
  ["events", "PutTargets", { Rule: "tick", Targets: [{ Id: "task", ...ecs }] }],
  ["scheduler", "CreateSchedule", schedule],
];

export function eventsScenario(): Scenario<EventsWorld, EventsPlane> {
  return {
    name: "events",
    collections: [...eventsCollections, ...logsCollections, ...schedulerCollections],
    settleMs: 12 * 3_600_000,
    world: (sim) => ({
      ...{ sim, files: memoryFiles(), accepted: new Set(), posted: new Set() },
      ...{ started: new Map(), fired: new Map() },
    }),
    boot,
    play,
    onCommit({ changes }, world) {
      for (const change of changes) noteTime(change, world);
    },
    settled: (_, store) => [...store.view(deliveries).all()].every(({ value }) => value.address.kind === "ecs-task"),
    verify,
  };
}

function boot({ store, clock: exact, random, log, onBug }: BootParts, world: EventsWorld): EventsPlane {
  // As the real clock has it: no parts of milliseconds.
  const clock = { ...exact, now: () => Math.floor(exact.now()) };
  const { storage, ...parts } = logParts({ files: world.files });
  const logs = createLogs({ storage, ...parts });
  const events = createEvents({
    ...{ box: createSecretBox(new Uint8Array(32), random), policyFault: () => undefined },
    ...{ logsRefusal: () => undefined, counts: { count() {} } },
    ...{ logs: createLogSink({ store, storage, clock, random }), roles: rolesOf(world, clock) },
    send: (call) => post(call, world, clock),
  });
  const scheduler = createScheduler({ hasOperation: () => true });
  const services = { events, scheduler, logs };
  const controllers = [...events.controllers, ...scheduler.controllers];
  const control = startControl({ store, clock, random, log, onBug, controllers });
  const ctx = (): RequestContext =>
    ({
      store: store.as("api"),
      clock,
      random,
      log,
      account,
      region: "us-east-1",
      canAssume: () => true,
      caller: {},
    }) as never;
  const call: EventsPlane["call"] = async (service, operation, input) =>
    services[service].operations[operation]!(input, withFault(ctx()));
  return {
    control,
    call,
    async messages() {
      const answer = await call("logs", "FilterLogEvents", { logGroupName: logGroup, limit: 10_000 });
      return (answer as { events: { message: string }[] }).events.map(({ message }) => message);
    },
  };
}

function withFault(ctx: RequestContext): RequestContext {
  return { ...ctx, fault: (code, message) => Object.assign(new Error(message), { code }) as never };
}

type Clock = BootParts["clock"];

/** Waits as long as a call over a network may take; the process may die meanwhile. */
function pause({ sim }: EventsWorld, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(sim.faults().messageDelayMs * sim.random.float(), resolve));
}

/** Amazon ECS as far as it matters here: a token is kept before anything is answered, and may be asked for again. */
function rolesOf(world: EventsWorld, clock: Clock): RoleActor {
  return {
    async run(taken, { token }) {
      await pause(world, clock);
      if (happens(world.sim.random, world.sim.faults().loseMessage))
        return { tasks: [], failures: [{ reason: "no room" }] };
      if (!world.started.has(token)) world.started.set(token, `${taken.sourceArn} ${taken.sessionName}`);
      world.sim.trace("task", token);
      await pause(world, clock);
      return { tasks: [{}] };
    },
    refusal: async () => undefined,
  };
}

async function post({ body }: HttpCall, world: EventsWorld, clock: Clock) {
  await pause(world, clock);
  if (happens(world.sim.random, world.sim.faults().loseMessage)) {
    throw new DriverError("Unavailable", "no answer", { retryable: true });
  }
  world.posted.add(JSON.parse(String(body)) as string);
  world.sim.trace("posted", String(body));
  await pause(world, clock);
  return { status: happens(world.sim.random, world.sim.faults().loseMessage) ? 503 : 200 };
}

async function play(sim: Simulation<EventsPlane>, world: EventsWorld): Promise<void> {
  for (const [service, operation, input] of setUp) {
    await untilDone(sim, (plane) => plane.call(service, operation, input));
  }
  for (let i = 0; i < eventCount; i++) {
    await sim.sleep(40_000 * sim.random.float());
    const name = `event-${i}`;
    void untilDone(sim, async (plane) => {
      const Entries = [{ Source: "app", DetailType: "T", Detail: JSON.stringify({ name }) }];
      await plane.call("events", "PutEvents", { Entries });
      world.accepted.add(name);
      sim.trace("accepted", name);
    });
  }
  while (world.accepted.size < eventCount) await sim.sleep(1000);
  await untilLogged(sim, world);
}

/** All that was accepted reaches the log, and nothing twice: what a client sent again is another event. */
async function untilLogged(sim: Simulation<EventsPlane>, world: EventsWorld): Promise<void> {
  for (;;) {
    let messages: readonly string[] = [];
    await untilDone(sim, async (plane) => {
      messages = await plane.messages();
    });
    const events = messages.map((text) => JSON.parse(text) as { id: string; detail: { name: string } });
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length, "An event is in the log twice");
    const names = new Set(events.map(({ detail }) => detail.name));
    if ([...world.accepted].every((name) => names.has(name))) return;
    await sim.sleep(10_000);
  }
}

async function untilDone(sim: Simulation<EventsPlane>, work: (plane: EventsPlane) => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await sim.request(work);
      return;
    } catch (error) {
      // What was done before the answer was lost is there already.
      if ((error as { code?: string }).code === "ResourceAlreadyExistsException") return;
      const passes = error instanceof ConnectionLost || error instanceof DriverError;
      if (!passes && (error as Error).name !== "ConflictError") throw error;
      await sim.sleep(500);
    }
  }
}

/** A time is seen to once, in order, and not before it is there. */
function noteTime(change: Change<unknown>, world: EventsWorld): void {
  if (change.type !== "put" || change.previous !== undefined || !change.entry.key.startsWith(`${deliveries.name}/`))
    return;
  const { originArn, eventTime } = change.entry.value as DeliveryRecord;
  if (originArn.endsWith("rule/all")) return;
  const times = world.fired.get(originArn) ?? [];
  assert.ok(eventTime > (times.at(-1) ?? 0), `${originArn} was fired twice for ${eventTime}`);
  assert.ok(eventTime <= world.sim.clock.now(), `${originArn} was fired before its time`);
  world.fired.set(originArn, [...times, eventTime]);
}

function verify(world: EventsWorld, store: BootParts["store"], plane: EventsPlane): void {
  for (const name of world.accepted) assert.ok(world.posted.has(name), `${name} was never posted`);
  const { killBeforeWrite, killAfterWrite, killAfterAck, noSpace } = world.sim.faults();
  assert.deepEqual([killBeforeWrite, killAfterWrite, killAfterAck, noSpace], [0, 0, 0, 0]);
  const now = world.sim.clock.now();
  assert.equal(world.fired.size, 2, "The rule and the schedule were seen to");
  for (const [origin, times] of world.fired) {
    const period = origin.includes("rule/") ? minute : 2 * minute;
    assert.ok(now - times.at(-1)! < 2 * period, `${origin} is behind`);
  }
  const waiting = new Set([...store.view(deliveries).all()].map(({ value }) => `${value.originArn} ${value.eventId}`));
  const tasks = new Map<string, number>();
  for (const time of world.started.values()) tasks.set(time, (tasks.get(time) ?? 0) + 1);
  for (const [time, count] of tasks) assert.equal(count, 1, `${time} started ${count} tasks`);
  const due = [...world.fired.values()].flat().length;
  assert.ok(tasks.size >= due - waiting.size, `${due} times, but tasks for ${tasks.size}`);
  assert.ok(plane.control.metrics());
}
