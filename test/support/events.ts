import type { Operations } from "#generated/events/types.ts";
import type { Operations as SchedulerOperations } from "#generated/scheduler/types.ts";
import { type Log, silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { HttpAnswer, HttpCall } from "#kernel/http-sender.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import type { RoleCall, TakenRole } from "#kernel/role-actor.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { ecsCollections, ecsEventSources } from "#services/ecs/index.ts";
import type { DeliveryPorts } from "#services/events/delivery/ports.ts";
import { createEvents, eventsCollections, sourceEvents } from "#services/events/index.ts";
import { deliveries } from "#services/events/model.ts";
import { validatePolicy } from "#services/iam/policy/index.ts";
import { createLogSink, createLogs, logsCollections } from "#services/logs/index.ts";
import { createScheduler, schedulerCollections } from "#services/scheduler/index.ts";
import { type TestWorld, testWorld } from "./context.ts";
import { type DrivenControllers, drive } from "./controllers.ts";
import { logParts } from "./log-queries.ts";

/** EventBridge with the real CloudWatch Logs beside it, and endpoints and roles that answer as the test says. */
export interface EventsWorld extends TestWorld, DrivenControllers {
  events<N extends keyof Operations>(
    name: N,
    input: Operations[N]["input"],
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
  /** EventBridge Scheduler's operations. */
  scheduler<N extends keyof SchedulerOperations>(
    name: N,
    input: SchedulerOperations[N]["input"],
    overrides?: Partial<RequestContext>,
  ): Promise<SchedulerOperations[N]["output"]>;
  /** The messages in a log group, oldest first. */
  messages(logGroupName: string): Promise<readonly string[]>;
  /** What was sent over HTTP, and run with roles. */
  readonly sent: HttpCall[];
  readonly ran: { readonly role: TakenRole; readonly call: RoleCall }[];
  /** What HTTP endpoints and operations answer; by default 200, and one task. */
  answerHttp: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>;
  answerCall: (call: RoleCall) => unknown;
  /** IAM's words for whatever a role asks for; undefined: it may. */
  refusal: string | undefined;
  /** Why a service may not write into a log stream for a rule. */
  logsRefusal: DeliveryPorts["logsRefusal"];
  /** Whether writing into logs fails after it was done, as when the process ends there. */
  logsFail: boolean;
  /** What was warned of. */
  readonly warnings: string[];
  /** How often each metric was counted: `AWS/Events Invocations RuleName=r`. */
  readonly counted: Map<string, number>;
  waiting(): number;
}

const logGroupArn = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`;

export async function eventsWorld(): Promise<EventsWorld> {
  const world = await testWorld({
    collections: [...eventsCollections, ...logsCollections, ...ecsCollections, ...schedulerCollections],
    model: ["events", "scheduler"],
    derivations: (parts) => [sourceEvents(ecsEventSources, parts)],
  });
  const { store, clock, random } = world;
  const { storage, ...logsParts } = logParts({ files: memoryFiles() });
  const logs = createLogs({ storage, ...logsParts });
  const warnings: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (message, fields) => warnings.push(`${message}: ${fields?.reason ?? fields?.error}`),
  };
  const parts = {
    ...{ sent: [] as HttpCall[], ran: [] as EventsWorld["ran"], warnings, logsFail: false },
    counted: new Map<string, number>(),
    refusal: undefined as string | undefined,
    logsRefusal: (() => undefined) as DeliveryPorts["logsRefusal"],
    answerHttp: (): HttpAnswer | Promise<HttpAnswer> => ({ status: 200 }),
    answerCall: (_: RoleCall): unknown => ({ tasks: [{}], failures: [] }),
  };
  const sink = createLogSink({ store, storage, clock, random });
  const service = createEvents({
    box: createSecretBox(new Uint8Array(32).fill(7), random),
    policyFault: (document) => validatePolicy(document, "resource"),
    logs: {
      ...sink,
      async append(batch) {
        await sink.append(batch);
        if (result.logsFail) throw new DriverError("Unavailable", "the process ended", { retryable: true });
      },
    },
    logsRefusal: (...asked) => result.logsRefusal(...asked),
    roles: {
      async run(role, call) {
        result.ran.push({ role, call });
        return result.answerCall(call);
      },
      refusal: async () => result.refusal,
    },
    async send(call) {
      result.sent.push(call);
      return result.answerHttp(call);
    },
    counts: {
      count({ namespace, metricName, dimensions }, times = 1) {
        const name = [namespace, metricName, ...Object.entries(dimensions).map((each) => each.join("="))].join(" ");
        result.counted.set(name, (result.counted.get(name) ?? 0) + times);
      },
    },
  });
  const scheduler = createScheduler({ hasOperation: (name, operation) => `${name}:${operation}` === "ecs:RunTask" });
  const result: EventsWorld = {
    ...world,
    ...parts,
    ...drive(world, [...service.controllers, ...scheduler.controllers], log),
    events: (name, input, overrides) =>
      world.call(service.operations, name, input as never, overrides) as Promise<never>,
    scheduler: (name, input, overrides) =>
      world.call(scheduler.operations, name, input as never, overrides) as Promise<never>,
    async messages(logGroupName) {
      const input = { logGroupName, startFromHead: true };
      const { events = [] } = (await world.call(logs.operations, "FilterLogEvents", input as never)) as {
        events?: { message: string }[];
      };
      return events.map(({ message }) => message);
    },
    waiting: () => store.view(deliveries).size,
  };
  return result;
}

/** A log group, and a rule with it as target; `more` is said of the target. */
export async function ruleToLogs(
  world: EventsWorld,
  rule: { readonly name?: string; readonly pattern?: object; readonly bus?: string; readonly more?: object } = {},
): Promise<string> {
  const { name = "all", pattern = { source: [{ prefix: "" }] }, bus, more } = rule;
  const group = `/aws/events/${bus ?? "default"}-${name}`;
  const at = bus === undefined ? {} : { EventBusName: bus };
  await makeLogGroup(world, group);
  await world.events("PutRule", { Name: name, EventPattern: JSON.stringify(pattern), ...at });
  await world.events("PutTargets", { Rule: name, ...at, Targets: [{ Id: "log", Arn: logGroupArn(group), ...more }] });
  return group;
}

export async function makeLogGroup(world: EventsWorld, logGroupName: string): Promise<string> {
  const logs = createLogs(logParts({ files: memoryFiles() }));
  await world.call(logs.operations, "CreateLogGroup", { logGroupName } as never);
  return logGroupArn(logGroupName);
}
