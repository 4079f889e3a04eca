import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { VpcNames } from "#host/dns/vpc-names.ts";
import type { HostNetwork } from "#host/network/network.ts";
import { createLoadBalancerNodes, type LoadBalancerNodes } from "#host/proxy/nodes.ts";
import type { RuntimeDriver, RuntimeEvent, RuntimeInfo } from "#host/runtime/driver.ts";
import type { AgentEndpoint, NamesMessage } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { noHttp, type SendHttp } from "#kernel/http-sender.ts";
import { connectProxyName, type LoadBalancersMessage, type LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import type { Subscription } from "#kernel/store.ts";
import { ExecSessions } from "./exec/sessions.ts";
import { createImages } from "./images.ts";
import { fileJournal, type Journal } from "./journal.ts";
import { createLatest } from "./latest.ts";
import { createLink } from "./link.ts";
import { createNetworks, type Networks } from "./networks.ts";
import { createOpenFilesLimit } from "./open-files.ts";
import { createPerform } from "./perform.ts";
import { type AgentOptions, defaultAgentOptions, type SecretResolver, type TaskLogs } from "./ports.ts";
import type { Progress } from "./step/progress.ts";
import { taskIdOf } from "./step/state.ts";
import { type KnownContainer, TaskTable } from "./task-table.ts";
import { createHealthPublisher } from "./telemetry/health.ts";
import { createUsagePublisher } from "./telemetry/usage.ts";

export interface AgentConfig {
  /** Stable over restarts. One agent has one driver (and its owner label) and one host network to itself. */
  readonly hostId: string;
  readonly endpoint: AgentEndpoint;
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  /** What the host's resolver knows; without it the host has none. */
  readonly names?: Pick<VpcNames, "apply">;
  /** Told of the host's load balancer nodes; without it the host runs none. */
  readonly loadBalancing?: LoadBalancingEndpoint;
  /** How load balancer nodes ask identity providers; without it they reach none. */
  readonly send?: SendHttp;
  readonly logs: TaskLogs;
  /** Without one, tasks with secrets or private registries fail to start, and say so. */
  readonly secrets?: SecretResolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A folder of the engine's machine that is the agent's own. */
  readonly dataDir: string;
  /** In place of the files under `dataDir`, for tests and the simulation. */
  readonly journal?: Journal;
  /** The resolvers of this machine's own; by default those of /etc/resolv.conf. */
  readonly nameservers?: readonly string[];
  readonly options?: Partial<AgentOptions>;
}

/** The component that runs tasks on a host, after the Amazon ECS container agent. */
export interface Agent {
  /** Takes up what earlier runs left, and the session with the control plane. Resolves when the agent works. */
  start(): Promise<void>;
  /** Ends the agent, not the tasks: they run on, and the next agent adopts them. */
  stop(): Promise<void>;
  /** For the metadata endpoint: the container with this unguessable id. */
  findContainer(metadataId: string): KnownContainer | undefined;
  /** For version 2 of the endpoint: the task with this address, if only one has it. */
  findByAddress(vpcId: string, ipv4Address: string): KnownContainer["task"] | undefined;
  /** The task that has this address of the engine's bridge. */
  findInBridge(ipv4Address: string): KnownContainer["task"] | undefined;
  /** The task whose role's credentials are known by this id. */
  findByCredentials(credentialsId: string): KnownContainer["task"] | undefined;
  /** What is done for a task of the host, and what it waits for; undefined: the host does not have it. */
  progressOf(taskArn: string): Progress | undefined;
  /** Takes all load balancer nodes off the host; the next run of the agent has them back. */
  removeLoadBalancers(): void;
  /** Load balancer nodes that are not as they should be, and why. */
  waitingNodes(): readonly { readonly nodeId: string; readonly reason: string }[];
  /** Tasks that cannot go on now, and why. */
  waiting(): readonly { readonly taskArn: string; readonly waitingFor: string }[];
}

export function createAgent(config: AgentConfig): Agent {
  const { endpoint, driver, network, logs, clock, random, log, secrets } = config;
  const options: AgentOptions = { ...defaultAgentOptions, ...config.options };
  const journal = config.journal ?? fileJournal(config.dataDir);
  const images = createImages({
    ...{ driver, secrets, behavior: options.imagePullBehavior },
    ...{ isAskedFor: options.isAskedFor, onEvent: options.onEvent },
  });
  const hostNameservers: string[] = [];
  const engine = engineInfo(driver);
  const perform = createPerform({
    ...{ driver, network, logs, secrets, journal, images, clock, hostNameservers, engine, options },
    openFilesLimit: createOpenFilesLimit(engine),
    proxyServes: async (taskId, withinMs) => await nodes?.whenTaskServed(taskId, withinMs),
  });
  const health = createHealthPublisher({ clock, random, log, publish: (message) => endpoint.publishHealth(message) });
  const usage = createUsagePublisher({
    ...{ hostId: config.hostId, driver, clock, log, intervalMs: options.metricsIntervalSeconds * 1000 },
    tasks: () => table.tasks(),
    publish: (message) => endpoint.publishUsage(message),
  });
  const networks = createNetworks({
    ...{ network, clock, random, log },
    onApplied(networkInterfaceIds) {
      table.networkChanged(networkInterfaceIds);
      nodes?.networkChanged();
    },
  });
  const nodes = createNodes(config, networks, options);
  const loadBalancers = createLatest<LoadBalancersMessage>((message) => nodes?.apply(message));
  const names = createLatest<NamesMessage>((message) => config.names?.apply(message.names));
  const execs: ExecSessions = new ExecSessions({
    ...{ endpoint, driver, logs, clock, random, log },
    findTask: (taskId) => table.findTask(taskId),
  });
  const table = new TaskTable({
    ...{ clock, random, log, driver, network, logs, journal, perform, images, networks, health, usage, execs, options },
    hasNodeInterface: (id) => nodes?.hasInterface(id) ?? false,
    submit: (change) => endpoint.submitTaskStateChange(change),
  });
  const link = createLink({
    ...{ endpoint, clock, random, log },
    heartbeatTimeoutMs: options.heartbeatTimeoutSeconds * 1000,
    registration: () => registration(config.hostId, driver, options),
    onPayload: (message) => table.payload(message),
    onNetwork: (message) => networks.take(message),
    onNames: (message) => names.take(message),
    onLoadBalancers: (message) => loadBalancers.take(message),
    onExec: (message) => execs.start(message),
    onSession() {
      names.newSession();
      loadBalancers.newSession();
      networks.newSession();
      table.newSession();
    },
  });
  let watching: Subscription | undefined;
  return {
    async start() {
      hostNameservers.push(...(config.nameservers ?? (await readNameservers())));
      await table.load();
      await nodes?.load();
      watching = driver.watch((event) => {
        onRuntimeEvent(event, table, log);
        nodes?.onRuntimeEvent(event);
      });
      table.relist();
      void driver.prepareSandboxes(options.preparedSandboxes);
      link.start();
    },
    async stop() {
      link.stop();
      watching?.close();
      networks.stop();
      health.stop();
      usage.stop();
      table.stop();
      await nodes?.stop();
      await execs.stop();
      await logs.stop();
    },
    findContainer: (metadataId) => table.findContainer(metadataId),
    findByAddress: (vpcId, ipv4Address) => table.findByAddress(vpcId, ipv4Address),
    findInBridge: (ipv4Address) => table.findInBridge(ipv4Address),
    findByCredentials: (credentialsId) => table.findByCredentials(credentialsId),
    progressOf: (taskArn) => table.progressOf(taskIdOf(taskArn)),
    removeLoadBalancers: () => nodes?.removeAll(),
    waitingNodes: () => nodes?.waiting() ?? [],
    waiting: () => table.waiting(),
  };
}

function createNodes(
  config: AgentConfig,
  networks: Networks,
  { metricsIntervalSeconds }: AgentOptions,
): LoadBalancerNodes | undefined {
  const { loadBalancing, send = noHttp, driver, network, logs, clock, random, log, dataDir } = config;
  if (loadBalancing === undefined) return undefined;
  return createLoadBalancerNodes({
    ...{ driver, network, clock, random, log, send, endpoint: loadBalancing },
    folder: join(dataDir, "nodes"),
    knowsInterface: (id) => networks.knows(id),
    metricsIntervalMs: metricsIntervalSeconds * 1000,
    follow({ taskArn = "", logConfiguration }, containerId) {
      if (logConfiguration === undefined) return;
      const container = { name: connectProxyName, logConfiguration };
      logs.follow({ taskId: taskIdOf(taskArn), payload: { taskArn }, container }, containerId);
    },
  });
}

/** Events only say where to look; what is seen there decides. */
function onRuntimeEvent(event: RuntimeEvent, table: TaskTable, log: Log): void {
  if (event.type === "resync") table.engineBack();
  else if (event.type === "unavailable") log.warn("The container engine does not answer", { cause: event.cause });
  else if (Object.keys(event.labels).length > 0) table.look(event.sandboxName, event.containerId);
  else if (event.type !== "started") table.sandboxEnded(event.sandboxName, event.containerId);
}

/** Asks the engine once; a failure is not remembered. */
function engineInfo(driver: RuntimeDriver): () => Promise<RuntimeInfo> {
  let info: Promise<RuntimeInfo> | undefined;
  return () => {
    info ??= driver.info().catch((error) => {
      info = undefined;
      throw error;
    });
    return info;
  };
}

async function registration(hostId: string, driver: RuntimeDriver, options: AgentOptions) {
  const { name, version, cpuCores, memoryMiB, architecture } = await driver.info();
  const runtime = `${name} ${version}`;
  return { hostId, cpuCores, memoryMiB, architecture, runtime, agentVersion: options.agentVersion };
}

async function readNameservers(): Promise<string[]> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]!);
}
