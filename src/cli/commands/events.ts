import { sleep, systemClock } from "#kernel/clock.ts";
import { hex, systemRandom } from "#kernel/random.ts";
import type { Client } from "../client.ts";
import { type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { idOf, leftUnanswered, overRestarts, withLeavingClient } from "./connect.ts";
import { StreamReader } from "./logs.ts";
import { dataOption, jsonOption } from "./options.ts";

/** How often the log stream is asked for more; a command that a person watches, not the platform. */
const followMs = 250;
const namePrefix = "estiva-follow-";
/** What a follower that was killed has left behind is removed after so long. */
const leftHours = 24;

export const eventsCommand: Command = {
  name: "events",
  usage: "events -f [--bus NAME] [--source NAME] [--pattern JSON] [--json]",
  summary: "Follow the events of an event bus, such as the states of ECS tasks, until interrupted.",
  options: {
    follow: { type: "boolean", short: "f", help: "go on until interrupted; events are not kept for later" },
    bus: { type: "string", value: "NAME", help: "the event bus (default: default)" },
    source: { type: "string", value: "NAME", multiple: true, help: "only events of this source, such as aws.ecs" },
    pattern: { type: "string", value: "JSON", help: "only events that match this event pattern" },
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    "estiva events -f",
    "estiva events -f --source aws.ecs --json | jq .detail",
    `estiva events -f --pattern '{"detail": {"lastStatus": ["STOPPED"]}}'`,
  ],
  positionals: [0, 0],
  run: (args, terminal) =>
    withLeavingClient(args, terminal, leftUnanswered, async (client) => {
      if (!args.flags.has("follow")) {
        throw new CommandError("Events are not kept: follow them with -f.", exitCodes.usage);
      }
      const pattern = patternOf(args.values.get("source"), lastValue(args, "pattern"));
      const bus = lastValue(args, "bus") ?? "default";
      await removeLeft(client, bus);
      const follower = await follow(client, bus, pattern);
      try {
        await print(client, follower, terminal, args.flags.has("json"));
      } finally {
        await remove(client, follower);
      }
      return exitCodes.ok;
    }),
};

/** Both have to match where both are given. */
function patternOf(sources: readonly string[] | undefined, pattern: string | undefined): string {
  if (pattern !== undefined && sources !== undefined) {
    throw new CommandError("Give either --source or --pattern, which may have a source.", exitCodes.usage);
  }
  return pattern ?? JSON.stringify({ source: sources ?? [{ prefix: "" }] });
}

/** A rule with a log group as its target, both made for this one run. */
interface Follower {
  readonly bus: string;
  /** Of the rule, and the last part of the log group's. */
  readonly name: string;
  readonly logGroupName: string;
}

async function follow(client: Client, bus: string, pattern: string): Promise<Follower> {
  const name = `${namePrefix}${Math.floor(systemClock().now() / 1000)}-${hex(systemRandom(), 8)}`;
  const follower = { bus, name, logGroupName: groupOf(name) };
  try {
    await client.logs("CreateLogGroup", { logGroupName: follower.logGroupName });
    const { logGroups = [] } = await client.logs("DescribeLogGroups", { logGroupNamePrefix: follower.logGroupName });
    const Arn = logGroups[0]?.logGroupArn ?? "";
    const Description = "Made by estiva events, which removes it when it ends.";
    const rule = { Name: name, EventBusName: bus, EventPattern: pattern, Description };
    const { RuleArn = "" } = await client.events("PutRule", rule);
    await client.logs("PutResourcePolicy", { resourceArn: Arn, policyDocument: letWrite(RuleArn, Arn) });
    await client.events("PutTargets", { Rule: name, EventBusName: bus, Targets: [{ Id: "log", Arn }] });
    return follower;
  } catch (error) {
    await remove(client, follower);
    throw error;
  }
}

/** A policy of the log group, which goes with it: the rule's events may be written there. */
function letWrite(ruleArn: string, groupArn: string): string {
  const Statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${groupArn}:*`,
    Condition: { ArnEquals: { "aws:SourceArn": ruleArn } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
}

function groupOf(name: string): string {
  return `/aws/events/${name}`;
}

async function print(client: Client, follower: Follower, terminal: Terminal, json: boolean): Promise<void> {
  const { bus, name, logGroupName } = follower;
  const stream = { container: "", logGroupName, logStreamName: `${bus}/${name}/log` };
  const reader = new StreamReader(client, stream, (_, message) =>
    terminal.out(json ? `${message}\n` : `${lineOf(JSON.parse(message) as Event)}\n`),
  );
  terminal.err(`Following the events of the bus ${bus}. Ctrl-C ends it.\n`);
  while (!terminal.signal.aborted) {
    await overRestarts(terminal, () => reader.readAll());
    await sleep(systemClock({ keepAlive: true }), followMs, terminal.signal).catch(() => undefined);
  }
}

async function remove(client: Client, { bus, name, logGroupName }: Follower): Promise<void> {
  const at = { EventBusName: bus };
  const gone = (error: unknown) => {
    if ((error as { code?: string }).code !== "ResourceNotFoundException") throw error;
  };
  await client.events("RemoveTargets", { Rule: name, Ids: ["log"], ...at }).catch(gone);
  await client.events("DeleteRule", { Name: name, ...at }).catch(gone);
  await client.logs("DeleteLogGroup", { logGroupName }).catch(gone);
}

/** Removes what followers that were killed have left behind: their names tell when they began. */
async function removeLeft(client: Client, bus: string): Promise<void> {
  const { Rules = [] } = await client.events("ListRules", { NamePrefix: namePrefix, EventBusName: bus });
  const before = systemClock().now() / 1000 - leftHours * 3600;
  for (const { Name: name = "" } of Rules) {
    const began = Number(name.slice(namePrefix.length).split("-")[0]);
    if (began < before) await remove(client, { bus, name, logGroupName: groupOf(name) });
  }
}

interface Event {
  readonly time: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** One line a event: when, what, of what, and the members of its detail that say most. */
function lineOf({ time, "detail-type": type, source, resources, detail }: Event): string {
  const of = resources[0] === undefined ? "" : ` ${idOf(resources[0])}`;
  const told = ["eventName", "lastStatus", "desiredStatus", "deploymentId", "stopCode", "stoppedReason", "reason"];
  const said = told.flatMap((name) => (detail[name] === undefined ? [] : [`${name}=${String(detail[name])}`]));
  return `${time} ${source} ${type}${of}${said.length === 0 ? ` ${JSON.stringify(detail)}` : ` ${said.join(" ")}`}`;
}
