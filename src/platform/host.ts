import type { Agent } from "#host/agent/agent.ts";
import type { Journal } from "#host/agent/journal.ts";
import { startMetadataServer } from "#host/agent/metadata/server.ts";
import type { AgentOptions, CredentialsProvider, TaskProtection } from "#host/agent/ports.ts";
import { createVpcNames, type VpcNames } from "#host/dns/vpc-names.ts";
import { startVpcResolver } from "#host/dns/vpc-resolver.ts";
import { connectionSources, type SourceOf } from "#host/network/connections.ts";
import { createDirectShell } from "#host/network/direct-shell.ts";
import { createHelperShell } from "#host/network/helper-shell.ts";
import { createHostNetwork, type LinuxNetwork } from "#host/network/linux-network.ts";
import type { HostNetwork } from "#host/network/network.ts";
import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import { candidateAddresses, parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import { agentOptionsOf } from "./agent-options.ts";
import type { DataFolder } from "./data-folder.ts";

export interface HostParts {
  readonly data: DataFolder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/** What a host serves to its tasks once the other parts are there. */
export interface ServedParts {
  readonly agent: Agent;
  /** Of tasks' roles. */
  readonly credentials: CredentialsProvider;
  readonly protection: TaskProtection;
  readonly gateway: { listen(host: string, port: number): Promise<number> };
}

/** What runs on this machine, and what it serves to its tasks. */
export interface Host {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly names?: VpcNames;
  readonly agentOptions: Partial<AgentOptions>;
  /** Where the agent keeps its tasks; by default in files of the data folder. */
  readonly journal?: Journal;
  /** Listens for the host's tasks: metadata, names, the platform's own endpoint. */
  serve(parts: ServedParts): Promise<void>;
  /** What does not work as it should, for `estiva doctor`. */
  problems(): Promise<readonly { readonly message: string; readonly mend: string }[]>;
  /** Takes everything off the machine that no task needs any more. Called when all tasks have stopped. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Ports on the host service address; no task sees them: each VPC translates the documented addresses to them. */
const ports = { metadata: 51_679, dns: 51_653, api: 4566 };

export async function startHost(parts: HostParts): Promise<Host> {
  const { data, clock, random, log, env } = parts;
  const socket = await engineAddress(env, clock);
  const shell = createShell(socket, parts);
  const driver = createDockerDriver({
    ...{ owner: `estiva-${data.platformId}`, clock, random, socket, shell },
    log: (message) => log.warn(message),
  });
  const hostServiceAddress = data.serviceAddress;
  const network = createHostNetwork({ owner: data.platformId, shell, clock, log, ports, hostServiceAddress });
  await network.prepare();
  const names = createVpcNames();
  const served = new Served(parts, driver, network, names, connectionSources(data.platformId, shell));
  return {
    driver,
    network,
    names,
    agentOptions: agentOptionsOf(env, `http://${network.hostServiceAddress}:${ports.api}`),
    serve: (others) => served.start(others),
    problems: async () => [...served.problems, ...(await network.problems())],
    clear: () => network.removeAll(),
    async close() {
      await served.close();
      await driver.close();
      await shell.close();
    },
  };
}

/** The engine that answers now, else the first that could: it may come later. */
async function engineAddress(env: NodeJS.ProcessEnv, clock: Clock): Promise<string> {
  const { engine } = await findEngine(env, clock);
  return engine?.address.url ?? candidateAddresses(env)[0]!;
}

/** Root works on this machine; everybody else through a helper container on the engine's. */
function createShell(socket: string, { data, clock, env }: HostParts): PrivilegedShell {
  if (process.getuid?.() === 0) return createDirectShell({ clock });
  const client = createEngineClient(parseAddress(socket, env), clock);
  const shell = createHelperShell({ owner: data.platformId, client, clock });
  return { ...shell, close: () => shell.close().finally(() => client.close()) };
}

/** What listens on the host service address. */
class Served {
  readonly problems: { readonly message: string; readonly mend: string }[] = [];
  readonly #parts: HostParts;
  readonly #driver: RuntimeDriver;
  readonly #network: LinuxNetwork;
  readonly #names: VpcNames;
  readonly #sourceOf: SourceOf;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(parts: HostParts, driver: RuntimeDriver, network: LinuxNetwork, names: VpcNames, sourceOf: SourceOf) {
    this.#sourceOf = sourceOf;
    this.#parts = parts;
    this.#driver = driver;
    this.#network = network;
    this.#names = names;
  }

  async start({ agent, gateway, credentials, protection }: ServedParts): Promise<void> {
    const { clock, random, log } = this.#parts;
    const network = this.#network;
    const address = network.hostServiceAddress;
    const sourceOf = (vpcId: string, fromPort: number) => this.#sourceOf(vpcId, { fromPort, toPort: ports.metadata });
    const common = { driver: this.#driver, network, sourceOf, clock, log, address };
    try {
      this.#open.push(await startMetadataServer({ ...common, agent, credentials, protection, port: ports.metadata }));
      this.#open.push(await startVpcResolver({ network, names: this.#names, port: ports.dns, clock, random, log }));
      await gateway.listen(address, ports.api);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
      // The engine's kernel is another machine's: tasks run there, and cannot reach this process.
      const message = `Tasks cannot reach the platform: ${address} is not an address of this machine`;
      this.problems.push({ message, mend: "run Estiva on the machine of the container engine" });
      log.warn(message);
    }
  }

  async close(): Promise<void> {
    for (const server of this.#open.splice(0)) await server.close();
  }
}
