import { after, before } from "node:test";
import type { LinuxNetwork } from "#host/network/linux-network.ts";
import { createHostNetwork } from "#host/network/linux-network.ts";
import type { InterfaceSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { Machine } from "./machine.ts";
import { Sandbox } from "./sandbox.ts";
import { interfaceSpec, vpcSpec } from "./specs.ts";

export const ports = { metadata: 51679, dns: 51053, api: 4566 };
/** Every sandbox, and the world, listen here. */
export const port = 8080;

/** A machine with a network and tasks, made and removed with the tests of a file. */
export class TestWorld {
  machine!: Machine;
  network!: LinuxNetwork;
  readonly #tasks = new Map<string, Sandbox>();

  /** A network over what is on the machine, as after a restart of the platform. */
  open(hostServiceAddress = "169.254.172.1"): LinuxNetwork {
    this.network = createHostNetwork({
      owner: "packets",
      shell: this.machine.shell(),
      clock: systemClock(),
      log: silentLog,
      ...{ ports, hostServiceAddress },
    });
    return this.network;
  }

  /** The task with this interface, listening and plugged in once `apply` has told of it. */
  async task(address: string, vpcId?: string): Promise<Sandbox> {
    const { networkInterfaceId: id } = interfaceOf(address, vpcId);
    const existing = this.#tasks.get(id);
    if (existing !== undefined) return existing;
    const sandbox = await Sandbox.start();
    this.#tasks.set(id, sandbox);
    await this.network.attach(id, sandbox);
    await sandbox.listen(port);
    return sandbox;
  }

  /** Unplugs all tasks and ends them. */
  async clear(): Promise<void> {
    for (const [id, sandbox] of this.#tasks) {
      await this.network.detach(id);
      await sandbox.end();
    }
    this.#tasks.clear();
  }

  async end(): Promise<void> {
    await this.clear();
    await this.network.removeAll();
    await this.machine.end();
  }
}

/** The interface with this address, of another VPC than the one of the address when `vpcId` is given. */
export function interfaceOf(address: string, vpcId = "", parts: Partial<InterfaceSpec> = {}): InterfaceSpec {
  const one = interfaceSpec(address);
  return { ...one, networkInterfaceId: `${one.networkInterfaceId}${vpcId && `-${vpcId}`}`, ...parts };
}

/** VPC 1 with these interfaces and parts. */
export function oneVpc(interfaces: readonly InterfaceSpec[], parts: Partial<VpcSpec> = {}): { vpcs: [VpcSpec] } {
  return { vpcs: [vpcSpec(1, { interfaces, ...parts })] };
}

/** Starts a world before the tests of the enclosing suite and removes it after them. */
export function useWorld(): TestWorld {
  const world = new TestWorld();
  before(async () => {
    world.machine = await Machine.start();
    world.open();
  });
  after(() => world.end());
  return world;
}
