import { sleep, systemClock } from "#kernel/clock.ts";
import type { Client } from "../../client.ts";
import { type Arguments, type Command, exitCodes, lastValue, type Terminal } from "../../command.ts";
import { checkExternalSecrets } from "../../compose/apply/secrets.ts";
import { jobGroup, listServices, listTasksOf, serviceOf } from "../../compose/apply/services.ts";
import {
  ensureForwarder,
  type ForwarderStatus,
  forwarderFiles,
  readPorts,
  stopForwarder,
} from "../../compose/forward/background.ts";
import { type ForwardedPort, startForwarder } from "../../compose/forward/forwarder.ts";
import { findTasks } from "../../compose/forward/targets.ts";
import { LogPrinter, ProjectLogs } from "../../compose/logs.ts";
import type { Project } from "../../compose/model.ts";
import { bringUp } from "../../compose/up.ts";
import { dataFolder, findConnection } from "../../settings.ts";
import { orBroken, overRestarts, withLeavingClient } from "../connect.ts";
import type { Machine } from "../machine.ts";
import { checkReport, planOptions, planProject, projectOptions } from "./project.ts";

const followMs = 250;
const mayGoOn = "Interrupted: no platform answers. What runs may go on; estiva compose down removes it.";

export function upCommand(machine: Machine): Command {
  return {
    name: "compose up",
    usage: "compose up [-d] [OPTIONS] [SERVICE...]",
    summary: "Run the services of a compose file, or only those named and what they depend on.",
    options: {
      detach: { type: "boolean", short: "d", help: "return when everything runs" },
      build: { type: "boolean", help: "build images although they have been built" },
      "force-recreate": { type: "boolean", help: "new tasks although nothing has changed" },
      wait: { type: "boolean", help: "with -d: return when what has a health check is healthy" },
      "remove-orphans": { type: "boolean", help: "remove services that the file has no more" },
      ...planOptions,
      ...projectOptions,
    },
    examples: [
      "estiva compose up                        # Ctrl-C stops the services",
      "estiva compose up -d --wait",
      "estiva compose up -f compose.yaml -f compose.dev.yaml --build web",
      "estiva compose up -d --scale web=3",
    ],
    positionals: [0, Number.POSITIVE_INFINITY],
    run: (args, terminal) =>
      withLeavingClient(args, terminal, mayGoOn, (client) => up(machine, args, terminal, client)),
  };
}

async function up(machine: Machine, args: Arguments, terminal: Terminal, client: Client): Promise<number> {
  const { project, report } = await planProject(args, terminal, args.positionals);
  if (report.problems.length === 0) await checkExternalSecrets(client, project.secrets, report);
  checkReport(report, terminal);
  const data = dataFolder(terminal.env, lastValue(args, "data"));
  const session = { machine, terminal, client, project, data, startedMs: systemClock().now() };
  const { endpoint, region } = findConnection(terminal.env, data);
  const options = {
    build: args.flags.has("build"),
    forceRecreate: args.flags.has("force-recreate"),
    wait: args.flags.has("wait"),
  };
  const detached = args.flags.has("detach") || args.flags.has("wait");
  const bring = async () => {
    await bringUp({ machine, terminal, client, endpoint, region }, project, options);
    await orphans(session, args.flags.has("remove-orphans"));
  };
  return detached ? runDetached(session, bring) : runAttached(session, bring);
}

interface Session {
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly client: Client;
  readonly project: Project;
  readonly data: string;
  readonly startedMs: number;
}

/** Of the services to start, and those that are open already for others of the project. */
interface Ports {
  readonly own: readonly ForwardedPort[];
  readonly others: readonly ForwardedPort[];
}

async function portsOf({ terminal, client, project, data }: Session): Promise<Ports> {
  const own = project.services.flatMap(({ name, ports }) => ports.map((port) => ({ ...port, service: name })));
  const known = readPorts(forwarderFiles(terminal.env, data, project.name));
  if (known === undefined) return { own, others: [] };
  const active = (await listServices(client, project.name)).filter(({ status }) => status === "ACTIVE");
  const named = new Set(project.services.map(({ name }) => name));
  const names = new Set(active.flatMap(({ serviceName = "" }) => (named.has(serviceName) ? [] : [serviceName])));
  return { own, others: (JSON.parse(known) as ForwardedPort[]).filter(({ service }) => names.has(service)) };
}

function tellPorts(terminal: Terminal, { listening, failed }: ForwarderStatus): void {
  for (const { hostIp, hostPort, service, containerPort } of listening) {
    terminal.err(`${hostIp}:${hostPort} -> ${service}:${containerPort}\n`);
  }
  for (const { port, reason } of failed)
    terminal.err(`${port.service}:${port.containerPort} is not published: ${reason}.\n`);
}

async function runDetached(session: Session, bring: () => Promise<void>): Promise<number> {
  await bring();
  const { own, others } = await portsOf(session);
  const status = await forwardInBackground(session, [...own, ...others]);
  const { terminal } = session;
  tellPorts(terminal, status);
  return status.failed.length === 0 ? exitCodes.ok : exitCodes.failure;
}

function forwardInBackground({ machine, terminal, project, data }: Session, ports: readonly ForwardedPort[]) {
  const files = forwarderFiles(terminal.env, data, project.name);
  return ensureForwarder({ machine, project: project.name, data, files }, ports);
}

/** Shows what the services write until they have all ended, or an interruption, which stops them. */
async function runAttached(session: Session, bring: () => Promise<void>): Promise<number> {
  const { terminal, client, project, data } = session;
  const { own, others } = await portsOf(session);
  // What another `up` opened stays open, but for the ports of the services that this one is about.
  if (own.length > 0) await stopForwarder(forwarderFiles(terminal.env, data, project.name));
  if (own.length > 0 && others.length > 0) await forwardInBackground(session, others);
  const forwarder = await startForwarder(own, findTasks(client, project.name));
  tellPorts(terminal, forwarder);
  const ended = new AbortController();
  const following = follow(session, ended.signal);
  // What goes wrong with it is told below, when it is waited for.
  following.catch(() => undefined);
  try {
    if (forwarder.failed.length > 0) return exitCodes.failure;
    await bring();
    await orBroken(following, untilEnded(session));
    return terminal.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    try {
      if (terminal.signal.aborted) await stopServices(session);
      ended.abort();
      await following;
    } finally {
      // Also when no platform answers any more.
      ended.abort();
      await forwarder.close();
    }
  }
}

async function follow({ terminal, client, project, startedMs }: Session, ended: AbortSignal): Promise<void> {
  const shown = project.services.filter(({ attach }) => attach).map(({ name }) => name);
  if (shown.length === 0) return;
  const logs = new ProjectLogs(client, project.name, shown, startedMs);
  const printer = new LogPrinter((text) => terminal.out(text));
  for (;;) {
    const last = ended.aborted;
    const lines = last ? await logs.read() : await overRestarts({ ...terminal, signal: ended }, () => logs.read());
    for (const line of lines ?? []) printer.print(line);
    if (last) return;
    await sleep(systemClock({ keepAlive: true }), followMs, ended).catch(() => undefined);
  }
}

/** Services never end by themselves; a project of jobs has ended when they have. */
async function untilEnded({ terminal, client, project }: Session): Promise<void> {
  const onlyJobs = project.services.every(({ kind }) => kind === "job");
  const jobs = new Set(project.services.map(({ name }) => jobGroup(name)));
  while (!terminal.signal.aborted) {
    const tasks = onlyJobs ? await listTasksOf(client, project.name, {}, ["RUNNING", "STOPPED"]) : [];
    const running = tasks.some(({ group = "", lastStatus }) => jobs.has(group) && lastStatus !== "STOPPED");
    if (onlyJobs && !running) return;
    await sleep(systemClock({ keepAlive: true }), followMs, terminal.signal).catch(() => undefined);
  }
}

/** As Compose does it on Ctrl-C: what runs is stopped and stays defined; the next `up` starts it again. */
async function stopServices({ terminal, client, project }: Session): Promise<void> {
  terminal.err("Stopping; the services stay defined. Remove them with: estiva compose down\n");
  for (const { name, kind } of project.services) {
    if (kind === "service") {
      const { services } = await client.ecs("DescribeServices", { cluster: project.name, services: [name] });
      if (services?.[0]?.status !== "ACTIVE") continue;
      await client.ecs("UpdateService", { cluster: project.name, service: name, desiredCount: 0 });
    }
  }
  const names = new Set(project.services.map(({ name }) => name));
  const own = async (statuses: readonly ("RUNNING" | "STOPPED")[]) =>
    (await listTasksOf(client, project.name, {}, statuses)).filter((task) => names.has(serviceOf(task)));
  const jobs = (await own(["RUNNING"])).filter(({ group }) => group?.startsWith("job:"));
  for (const { taskArn } of jobs)
    await client.ecs("StopTask", { cluster: project.name, task: taskArn!, reason: "Interrupted" });
  const clock = systemClock({ keepAlive: true });
  const left = async () => (await own(["RUNNING", "STOPPED"])).some(({ lastStatus }) => lastStatus !== "STOPPED");
  while (await left()) await sleep(clock, followMs);
}

/** Services of the cluster that the file does not have. */
async function orphans({ client, project, terminal }: Session, remove: boolean): Promise<void> {
  const wanted = new Set(project.defined);
  for (const { serviceName = "", status } of await listServices(client, project.name)) {
    if (status !== "ACTIVE" || wanted.has(serviceName)) continue;
    if (remove) await client.ecs("DeleteService", { cluster: project.name, service: serviceName, force: true });
    terminal.err(
      `${serviceName}  ${remove ? "removed" : "is not among the services; remove it with --remove-orphans"}\n`,
    );
  }
}
