import { sleep, systemClock, type Timer } from "#kernel/clock.ts";
import { type Client, createClient, ServiceError } from "../client.ts";
import { type Arguments, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { findConnection } from "../settings.ts";

/**
 * Runs with a client of the platform that the options and the environment name, and closes it afterwards. A signal ends
 * it at once, also while the platform is silent.
 */
export function withClient<T>(args: Arguments, terminal: Terminal, use: (client: Client) => Promise<T>): Promise<T> {
  return withLastingClient(args, terminal, (client) => orInterrupted(terminal, use(client)));
}

/** The same for what looks at the terminal's signal itself, and has something left to do then. */
export async function withLastingClient<T>(
  args: Arguments,
  terminal: Terminal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = findConnection(terminal.env, lastValue(args, "data"));
  const client = createClient(connection);
  try {
    return await use(aroundCalls(client, tellingSilence(terminal, connection.endpoint)));
  } finally {
    client.close();
  }
}

/**
 * The same for what ends by itself after a signal, with calls that it needs for it: none of them is waited for longer
 * than a few seconds then. The command ends with what is left to be known, `left`.
 */
export function withLeavingClient<T>(
  args: Arguments,
  terminal: Terminal,
  left: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const leaving = <R>(call: Promise<R>) => orLeft(terminal, call, left);
  return withLastingClient(args, terminal, (client) => use(aroundCalls(client, leaving)));
}

type Around = <T>(call: Promise<T>) => Promise<T>;

function aroundCalls(client: Client, around: Around): Client {
  const { close, ...calls } = client;
  const wrapped = Object.entries(calls).map(([name, call]) => [
    name,
    (...words: unknown[]) => around((call as (...words: unknown[]) => Promise<unknown>)(...words)),
  ]);
  return { ...(Object.fromEntries(wrapped) as typeof calls), close };
}

/** After so long without an answer somebody wants to know what is waited for. */
const silentSeconds = 5;

/** Tells of a platform that does not answer a call for some seconds, once until it answers one again. */
export function tellingSilence(terminal: Terminal, endpoint: string, seconds = silentSeconds): Around {
  let told = false;
  const tell = () => {
    if (!told) terminal.err(`The platform at ${endpoint} does not answer for ${seconds} s. Waiting; Ctrl-C ends it.\n`);
    told = true;
  };
  return async (call) => {
    const timer = systemClock().after(seconds * 1000, tell);
    try {
      const answer = await call;
      told = false;
      return answer;
    } finally {
      timer.cancel();
    }
  };
}

/** What is left to be known of a platform that is asked for nothing but what it has. */
export const leftUnanswered = "Interrupted: no platform answers.";

/** What `done` resolves with, unless a signal ends the command first. */
export function orInterrupted<T>({ signal }: Terminal, done: Promise<T>): Promise<T> {
  const interruption = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new CommandError("Interrupted.", exitCodes.interrupted));
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
  });
  return Promise.race([done, interruption]);
}

/** How long a command that has been interrupted waits for the platform. */
const graceSeconds = 5;

/**
 * What `done` resolves with. After a signal it may take a few seconds more, and none after a second signal: then the
 * command ends with what is left to be known, `left`.
 */
export function orLeft<T>(terminal: Terminal, done: Promise<T>, left: string, seconds = graceSeconds): Promise<T> {
  const { signal, secondSignal } = terminal;
  return new Promise<T>((resolve, reject) => {
    const leave = () => reject(new CommandError(left, exitCodes.interrupted));
    let timer: Timer | undefined;
    const bound = () => {
      timer ??= systemClock({ keepAlive: true }).after(seconds * 1000, leave);
    };
    const settled = () => {
      timer?.cancel();
      signal.removeEventListener("abort", bound);
      secondSignal?.removeEventListener("abort", leave);
    };
    if (secondSignal?.aborted) leave();
    else if (signal.aborted) bound();
    signal.addEventListener("abort", bound, { once: true });
    secondSignal?.addEventListener("abort", leave, { once: true });
    done.then(resolve, reject).finally(settled);
  });
}

/** What `done` resolves with; undefined as soon as there is a signal. */
export function untilSignal<T>({ signal }: Terminal, done: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return Promise.race([done, undefined]);
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  signal.addEventListener("abort", end, { once: true });
  return Promise.race([done, aborted]).finally(() => signal.removeEventListener("abort", end));
}

/** How often a platform that does not answer is asked again by a command that goes on over its restarts. */
const againMs = 500;

/** What `ask` answers, which may be when the platform runs again; undefined: a signal has ended the wait. */
export async function overRestarts<T>(terminal: Terminal, ask: () => Promise<T>): Promise<T | undefined> {
  for (let told = false; !terminal.signal.aborted; told = true) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CommandError && error.exitCode === exitCodes.unavailable)) throw error;
      if (!told) terminal.err(`${error.message.split("\n")[0]} Waiting for it.\n`);
    }
    await sleep(systemClock({ keepAlive: true }), againMs, terminal.signal).catch(() => undefined);
  }
  return undefined;
}

/** The cluster that is asked for, or else the one that the ARN of a task or a service names. */
export function clusterOf(args: Arguments, identifier: string): string {
  return lastValue(args, "cluster") ?? /^arn:[^/]+\/([^/]+)\/[^/]+$/.exec(identifier)?.[1] ?? "default";
}

/** The full ARN of the one task whose id, or the beginning of it, is given. */
export async function findTask(client: Client, cluster: string, identifier: string): Promise<string> {
  if (identifier.startsWith("arn:") || /^[0-9a-f]{32}$/.test(identifier)) return identifier;
  const matches = (await listAllTasks(client, cluster)).filter((arn) => idOf(arn).startsWith(identifier));
  const [found, other] = matches;
  if (found === undefined)
    throw new CommandError(`No task of the cluster ${cluster} has an id that begins with ${identifier}.`);
  if (other !== undefined)
    throw new CommandError(`Several tasks have ids that begin with ${identifier}: ${matches.map(idOf).join(", ")}.`);
  return found;
}

/** Those that run, then the others. One that stops between the two questions is in both answers. */
export async function listAllTasks(client: Client, cluster: string): Promise<string[]> {
  const running = await listTasks(client, cluster, "RUNNING");
  return [...new Set([...running, ...(await listTasks(client, cluster, "STOPPED"))])];
}

export async function listTasks(
  client: Client,
  cluster: string,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client
      .ecs("ListTasks", { cluster, desiredStatus, ...(nextToken && { nextToken }) })
      .catch((error: unknown) => noCluster(error, cluster));
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** The default cluster has no tasks as long as nobody has made it; another that is not there is a mistake. */
function noCluster(error: unknown, cluster: string): { taskArns: string[]; nextToken?: string } {
  if (!(error instanceof ServiceError && error.code === "ClusterNotFoundException")) throw error;
  if (cluster === "default") return { taskArns: [] };
  throw new CommandError(`There is no cluster ${cluster}.`);
}

/** The last part of an ARN. */
export function idOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}

/** What `done` resolves with, unless what goes on beside it fails first. */
export function orBroken<T>(beside: Promise<unknown>, done: Promise<T>): Promise<T> {
  return Promise.race([done, beside.then(() => done)]);
}
