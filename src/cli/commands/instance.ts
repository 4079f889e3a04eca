import { sleep, systemClock } from "#kernel/clock.ts";
import { ServiceError } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { idOf, withClient } from "./connect.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

export const instanceCommand: Command = {
  name: "instance",
  usage: "instance register [OPTIONS]",
  summary: "Make this platform's machine, or parts of it, container instances of a cluster: for the launch type EC2.",
  options: {
    ...clusterOption,
    count: { type: "string", value: "N", help: "so many instances, each a part of the machine (default: 1)" },
    cpu: { type: "string", value: "UNITS", help: "CPU units for the tasks of each, 1,024 a core (default: all cores)" },
    memory: { type: "string", value: "MIB", help: "MiB for the tasks of each (default: all memory)" },
    zone: {
      type: "string",
      value: "ZONE",
      help: "the Availability Zone that they say they are in (default: the first)",
    },
    host: { type: "string", value: "HOST", help: "the id of the host, where the platform has several" },
    attribute: { type: "string", multiple: true, value: "NAME=VALUE", help: "a custom attribute, for placement" },
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    "estiva instance register --cluster web",
    "estiva instance register --cluster web --count 2 --cpu 1024 --memory 1024 --zone us-east-1b --attribute rack=r1",
  ],
  positionals: [1, 1],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const [action] = args.positionals;
      if (action !== "register") {
        throw new CommandError(
          `There is no "instance ${action}". Registered instances are changed with the AWS CLI.`,
          exitCodes.usage,
        );
      }
      const cluster = lastValue(args, "cluster") ?? "default";
      const made = [];
      for (let left = numberOf(args, "count") ?? 1; left > 0; left--) {
        const { containerInstance } = await onceThereIsAHost(terminal, () =>
          client.ecs("RegisterContainerInstance", { cluster, ...wantedBy(args) }),
        );
        made.push(containerInstance!);
        if (!args.flags.has("json")) terminal.out(`${idOf(containerInstance!.containerInstanceArn!)}\n`);
      }
      if (args.flags.has("json")) terminal.out(`${JSON.stringify(made, undefined, 2)}\n`);
      return exitCodes.ok;
    }),
};

/** How long a platform that has just started is asked again, and how often. */
const mostMs = 20_000;
const againMs = 200;

/** What `register` answers, once the platform has a host: it serves a moment before it knows its own machine. */
async function onceThereIsAHost<T>({ signal }: Terminal, register: () => Promise<T>): Promise<T> {
  const clock = systemClock({ keepAlive: true });
  for (const until = clock.now() + mostMs; ; await sleep(clock, againMs, signal)) {
    try {
      return await register();
    } catch (error) {
      const isEarly = error instanceof ServiceError && error.code === "ServerException" && clock.now() < until;
      if (!isEarly) throw error;
    }
  }
}

function wantedBy(args: Arguments) {
  const [zone, hostId] = [lastValue(args, "zone"), lastValue(args, "host")];
  const resources = [
    { name: "CPU", value: numberOf(args, "cpu") },
    { name: "MEMORY", value: numberOf(args, "memory") },
  ].filter(({ value }) => value !== undefined);
  return {
    ...((zone !== undefined || hostId !== undefined) && {
      instanceIdentityDocument: JSON.stringify({ hostId, availabilityZone: zone }),
    }),
    totalResources: resources.map(({ name, value }) => ({ name, type: "INTEGER", integerValue: value! })),
    attributes: (args.values.get("attribute") ?? []).map(attributeOf),
  };
}

function attributeOf(text: string): { name: string; value?: string } {
  const at = text.indexOf("=");
  return at < 0 ? { name: text } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

function numberOf(args: Arguments, name: string): number | undefined {
  const text = lastValue(args, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new CommandError(`--${name} takes a number from 1 on, not ${text}.`, exitCodes.usage);
  return Number(text);
}
