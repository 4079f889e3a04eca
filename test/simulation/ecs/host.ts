import { type Agent, createAgent } from "#host/agent/agent.ts";
import { type Journal, memoryJournal } from "#host/agent/journal.ts";
import type { TaskLogs } from "#host/agent/ports.ts";
import { createVpcNames, type VpcNames } from "#host/dns/vpc-names.ts";
import { createFakeNetwork, type FakeNetwork, type FakeNetworkCall } from "#host/network/fake-network.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { createFakeHost, type FakeHost } from "#host/runtime/fake/host.ts";
import { silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { happens } from "../faults.ts";
import type { Simulation } from "../simulate.ts";
import { AgentProcess } from "./agent-process.ts";
import { callFault, type HostFaults } from "./host-faults.ts";
import type { Ledger } from "./ledger.ts";
import type { SimulatedNodes } from "./nodes.ts";
import { remoteHub } from "./remote-hub.ts";
import type { EcsPlane } from "./scenario.ts";
import { Witness } from "./witness.ts";

/** Calls of the engine whose answers are awaited. */
const answering: ReadonlySet<string | symbol> = new Set([
  ...["info", "findImage", "pullImage", "createSandbox", "removeSandbox", "createContainer", "startContainer"],
  ...["stopSandbox", "signalContainer", "removeContainer", "inspectContainer", "listSandboxes"],
  ...["createVolume", "removeVolume", "listVolumes"],
]);

export interface SimulatedHostOptions {
  readonly sim: Simulation<EcsPlane>;
  readonly ledger: Ledger;
  /** The faults at this moment. */
  readonly faults: () => HostFaults;
  readonly object: (violation: unknown) => void;
  /** Its load balancer nodes, where it has any. */
  readonly nodes?: SimulatedNodes;
}

/** One life of the agent's process. */
interface Life {
  readonly process: AgentProcess;
  readonly agent: Agent;
  readonly network: FakeNetwork;
  readonly names: VpcNames;
}

/** A machine: the engine, the network and the disk live on when the agent's process dies and another one starts. */
export class SimulatedHost {
  readonly id: string;
  readonly engine: FakeHost;
  readonly witness: Witness;
  readonly journal = memoryJournal();
  /** Network interface id -> pid. */
  readonly ports = new Map<string, number>();
  /** How many calls have failed that would not have. */
  failedCalls = 0;
  readonly #options: SimulatedHostOptions;
  #life: Life | undefined;

  constructor(id: string, options: SimulatedHostOptions) {
    const { sim, ledger, faults, object } = options;
    this.id = id;
    this.#options = options;
    this.witness = new Witness(ledger, object);
    const random = seededRandom(Math.floor(sim.random.float() * 2 ** 32));
    this.engine = createFakeHost({
      clock: sim.clock,
      random,
      latencyMs: 20,
      inject: (call) => {
        this.witness.checkCall(call);
        const fault = callFault(random, faults());
        if (fault?.error) this.failedCalls++;
        return fault;
      },
    });
    this.witness.watch(this.engine);
  }

  get agent(): Agent | undefined {
    return this.#life?.agent;
  }

  get network(): FakeNetwork | undefined {
    return this.#life?.network;
  }

  /** What the host's resolver knows. */
  get names(): VpcNames | undefined {
    return this.#life?.names;
  }

  /** Starts the agent; after each of its deaths it starts again by itself. */
  start(): void {
    const { sim, faults, nodes } = this.#options;
    const process = new AgentProcess({
      clock: sim.clock,
      random: sim.random,
      killChance: () => faults().killAgent,
      onKilled: (where) => {
        sim.trace(`agent of ${this.id} killed ${where}`);
        this.#life = undefined;
        if (happens(sim.random, faults().loseRecord)) this.#loseRecord();
        sim.clock.after(faults().agentDownMs * sim.random.float(), () => this.start());
      },
    });
    sim.trace(`agent of ${this.id} starts`);
    const network = createFakeNetwork({
      host: { ports: this.ports },
      before: (call) => this.#beforeNetwork(call, process),
    });
    const names = createVpcNames();
    const agent = createAgent({
      hostId: this.id,
      names,
      endpoint: nodes === undefined ? remoteHub(sim, process) : nodes.listen(remoteHub(sim, process), process),
      driver: process.guard(this.#slow(createFakeDriver({ host: this.engine }), process)),
      network: process.guard(network),
      logs: process.guard(this.#logs(process)),
      journal: process.guard(this.#journal(process)),
      clock: process.clock,
      random: process.random,
      log: silentLog,
      dataDir: "/none",
      nameservers: [],
    });
    this.#life = { process, agent, network, names };
    agent.start().catch(this.#options.object);
  }

  #loseRecord(): void {
    const ids = [...this.journal.entries.keys()];
    const id = ids[Math.floor(this.#options.sim.random.float() * ids.length)];
    if (id === undefined) return;
    this.#options.sim.trace(`the record of ${id} on ${this.id} is lost`);
    this.#options.ledger.forgottenByHost.add(id);
    void this.journal.remove(id);
  }

  async #beforeNetwork(call: FakeNetworkCall, process: AgentProcess): Promise<void> {
    await this.#trouble(process);
    // From here on it takes effect.
    if (call.method === "detach") this.#checkPort(call.networkInterfaceId, "detach");
    if (call.method !== "apply") return;
    const known = new Set(
      call.spec.vpcs.flatMap(({ interfaces }) => interfaces.map((each) => each.networkInterfaceId)),
    );
    for (const id of this.ports.keys()) if (!known.has(id)) this.#checkPort(id, "a network without its interface");
  }

  #checkPort(networkInterfaceId: string, what: string): void {
    if (!this.ports.has(networkInterfaceId)) return;
    for (const task of this.#options.ledger.present()) {
      if (task.networkInterface?.networkInterfaceId === networkInterfaceId) this.witness.checkTouch(task.id, what);
    }
  }

  /** Calls of the engine that are late: on the way there, where they die with the agent, or on the way back. */
  #slow(driver: RuntimeDriver, process: AgentProcess): RuntimeDriver {
    return new Proxy(driver, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== "function" || !answering.has(name)) return member;
        return async (...args: unknown[]) => {
          await this.#delay(process);
          const answer: unknown = await member.apply(object, args);
          await this.#delay(process);
          return answer;
        };
      },
    });
  }

  async #delay(process: AgentProcess): Promise<void> {
    const { sim, faults } = this.#options;
    if (!happens(sim.random, faults().delayCall)) return;
    await new Promise<void>((resolve) => process.clock.after(faults().callDelayMs * sim.random.float(), resolve));
  }

  /** A call of what is not the engine is late, or fails. */
  async #trouble(process: AgentProcess): Promise<void> {
    const { sim, faults } = this.#options;
    await this.#delay(process);
    if (!happens(sim.random, faults().failCall)) return;
    this.failedCalls++;
    throw new DriverError("Failed", "It has failed for now", { retryable: true });
  }

  /** Reading it at the start does not fail: an agent that cannot does not start. */
  #journal(process: AgentProcess): Journal {
    const { journal } = this;
    const trouble = () => this.#trouble(process);
    return {
      load: () => journal.load(),
      ids: () => journal.ids(),
      save: (id, entry) => trouble().then(() => journal.save(id, entry)),
      writeFiles: (id, name, contents) => trouble().then(() => journal.writeFiles(id, name, contents)),
      remove: (id) => trouble().then(() => journal.remove(id)),
    };
  }

  #logs(process: AgentProcess): TaskLogs {
    const trouble = () => this.#trouble(process);
    const session = () => ({ write: trouble, end: trouble });
    return { prepare: trouble, follow() {}, drain: trouble, session, stop: async () => {} };
  }
}
