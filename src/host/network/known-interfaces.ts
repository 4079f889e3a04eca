import type { HostNetworkSpec, InterfaceSpec } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { listChanges } from "#kernel/list-changes.ts";

/** The network interfaces of the latest description, kept at a cost that follows what has changed since the last. */
export class KnownInterfaces {
  readonly #ids = new Set<string>();
  #lists = new Map<string, readonly InterfaceSpec[]>();

  has(networkInterfaceId: string): boolean {
    return this.#ids.has(networkInterfaceId);
  }

  /** Returns the ids of those that came, went or changed. */
  change({ vpcs }: HostNetworkSpec): ReadonlySet<string> {
    const next = new Map(vpcs.map(({ vpcId, interfaces }) => [vpcId, interfaces]));
    const changes = [...new Set([...this.#lists.keys(), ...next.keys()])].map((vpcId) =>
      listChanges(this.#lists.get(vpcId) ?? [], next.get(vpcId) ?? [], ({ networkInterfaceId }) => networkInterfaceId),
    );
    const changed = new Set<string>();
    const note = (ids: readonly InterfaceSpec[], change: (id: string) => void) => {
      for (const { networkInterfaceId: id } of ids) {
        change(id);
        changed.add(id);
      }
    };
    for (const { removed } of changes) note(removed, (id) => this.#ids.delete(id));
    for (const { added } of changes) note(added, (id) => this.#ids.add(id));
    this.#lists = next;
    return changed;
  }
}

/** How many there are in a description. */
export function interfacesOf({ vpcs }: HostNetworkSpec): number {
  return vpcs.reduce((sum, { interfaces }) => sum + interfaces.length, 0);
}

export function unknown(what: string): DriverError {
  return new DriverError("NotFound", `The host's network does not know ${what} (yet)`, { retryable: true });
}
