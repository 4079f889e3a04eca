import type { HostNetworkSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import { collectionName, type Key, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  internetGateways,
  type NetworkInterface,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  securityGroups,
  subnets,
  type Vpc,
  vpcKey,
  vpcs,
} from "../../model.ts";
import { MadeInterfaces, vpcSpec } from "./plan.ts";

/**
 * Tells the hosts what their networks must be. The keys are those of VPCs and of interfaces; all VPCs are published
 * together, those that have not changed as they were made before. Hosts take the latest when they get to it.
 */
export function networkController(publish: (spec: HostNetworkSpec) => void): Controller {
  let networks: Networks | undefined;
  return {
    name: "ec2.network",
    watches: [
      watch(vpcs, (entry) => [entry.key]),
      watch(subnets, (entry) => [vpcKeyOf(entry.value)]),
      watch(securityGroups, (entry) => [vpcKeyOf(entry.value)]),
      watch(networkAcls, (entry) => [vpcKeyOf(entry.value)]),
      watch(networkInterfaces, (entry) => [entry.key]),
      watch(routeTables, (entry) => [vpcKeyOf(entry.value)]),
      watch(natGateways, (entry) => [vpcKeyOf(entry.value)]),
      watch(internetGateways, ({ value }) =>
        value.vpcId === undefined ? [] : [vpcKeyOf({ ...value, vpcId: value.vpcId })],
      ),
    ],
    async reconcile(key, { store }) {
      // A spec replaces the one before it, so the first one must already have all VPCs.
      if (networks === undefined) networks = new Networks(store);
      else networks.note(key, store);
      // The other keys of this turn are noted, too.
      await Promise.resolve();
      if (networks.hasChanged) publish(networks.now(store));
    },
  };
}

/** The networks as they were made last, and which of them are to be made again. */
class Networks {
  readonly #specs = new Map<Key<Vpc>, VpcSpec>();
  readonly #stale: Set<Key<Vpc>>;
  readonly #interfaces: MadeInterfaces;
  #published = false;

  constructor(store: Store) {
    this.#interfaces = new MadeInterfaces(store);
    const used = [...store.view(vpcs).all()].filter(({ value }) => this.#interfaces.has(value.vpcId));
    this.#stale = new Set(used.map(({ key }) => key as Key<Vpc>));
  }

  get hasChanged(): boolean {
    return this.#stale.size > 0 || !this.#published;
  }

  /** The record with this key may have changed: an interface, or anything of a VPC. */
  note(key: string, store: Store): void {
    if (collectionName(key) === networkInterfaces.name) {
      const eni = this.#interfaces.see(store, key as Key<NetworkInterface>);
      if (eni !== undefined) this.#stale.add(vpcKeyOf(eni));
      return;
    }
    const vpc = key as Key<Vpc>;
    const vpcId = store.view(vpcs).get(vpc)?.value.vpcId;
    // A VPC that has been in use stays, so that its bridges need not be made anew for every task.
    if (this.#specs.has(vpc) || (vpcId !== undefined && this.#interfaces.has(vpcId))) this.#stale.add(vpc);
  }

  /** As they are to be published. */
  now(store: Store): HostNetworkSpec {
    for (const key of this.#stale) {
      const vpc = store.view(vpcs).get(key)?.value;
      if (vpc === undefined) this.#specs.delete(key);
      else this.#specs.set(key, vpcSpec(store, vpc, this.#interfaces));
    }
    this.#stale.clear();
    this.#published = true;
    return { vpcs: [...this.#specs.values()] };
  }
}

function vpcKeyOf(record: World & { readonly vpcId: string }): Key<Vpc> {
  return vpcKey(record, record.vpcId);
}
