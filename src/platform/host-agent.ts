import { join } from "node:path";
import { type Agent, createAgent } from "#host/agent/agent.ts";
import { createTaskLogs } from "#host/agent/logs/index.ts";
import type { AccessCheck } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Random } from "#kernel/random.ts";
import { type AgentHub, createConnectIntake } from "#services/ecs/index.ts";
import type { StoreHost } from "#store/index.ts";
import type { ActAs, CallCheck } from "./act-as.ts";
import type { Host } from "./host.ts";
import { sendHttp } from "./http-sender.ts";
import type { Identity } from "./identity.ts";
import { nodeReports } from "./node-reports.ts";
import { createCachedImage } from "./public-images.ts";
import { Pulls } from "./pulls.ts";
import { isRegistryHost } from "./registry.ts";
import { withTaskRights } from "./task-log-rights.ts";
import { createTaskSecrets, registryOf } from "./task-secrets.ts";

export interface HostAgentParts {
  readonly platformId: string;
  readonly dataDir: string;
  readonly host: Host;
  readonly hub: AgentHub;
  readonly loadBalancing: LoadBalancingEndpoint;
  readonly store: StoreHost;
  readonly sink: LogSink;
  /** Where what the platform measures itself goes. */
  readonly measured: MetricSink;
  readonly trusts: Identity["trusts"];
  readonly check: AccessCheck;
  readonly checkCall: CallCheck;
  readonly actAs: ActAs;
  /** Undefined while the platform does not listen yet. */
  readonly ownPort: () => number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface HostAgent {
  /** To be started. */
  readonly agent: Agent;
  readonly pulls: Pulls;
}

/** The agent of this platform's own host: its tasks' logs, secrets and images come from the platform's own services. */
export function createHostAgent(parts: HostAgentParts): HostAgent {
  const { host, store, trusts, check, actAs, ownPort, clock, random, log } = parts;
  const sink = withTaskRights(parts.sink, { store, clock, trusts, check: parts.checkCall });
  const logs = createTaskLogs({ driver: host.driver, sink, clock, log });
  const proxies = createConnectIntake({ store, clock, log, logs: sink, metrics: parts.measured });
  const isOwnRegistry = (name: string) => isRegistryHost(name, ownPort());
  const ownHost = () => {
    const port = ownPort();
    return port === undefined ? undefined : `127.0.0.1:${port}`;
  };
  const cachedImage = createCachedImage({ store, check, ownHost });
  const secrets = createTaskSecrets({ store, random, actAs, trusts, isOwnRegistry, cachedImage });
  const pulls = new Pulls({ clock, log });
  const isAskedFor = (image: string) => isOwnRegistry(registryOf(image));
  const agent = createAgent({
    hostId: `host-${parts.platformId}`,
    endpoint: parts.hub,
    loadBalancing: nodeReports(parts.loadBalancing, proxies),
    send: sendHttp,
    driver: host.driver,
    network: host.network,
    logs,
    secrets,
    clock,
    random,
    log,
    dataDir: join(parts.dataDir, "agent"),
    options: { ...host.agentOptions, isAskedFor, onEvent: (event) => pulls.take(event) },
    ...(host.names && { names: host.names }),
    ...(host.journal && { journal: host.journal }),
  });
  return { agent, pulls };
}
