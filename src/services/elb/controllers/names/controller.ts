import type { HostNamesSpec, ZoneSpec } from "#kernel/agent-protocol.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import type { Key, Store } from "#kernel/store.ts";
import { type LoadBalancerRecord, loadBalancerKey, loadBalancers, nodes } from "../../model.ts";

/** As AWS has it ("DNS name" in the guides of both types). */
const ttlSeconds = 60;
const mostAnswers = 8;

/** Tells the hosts the names of load balancers, for the VPCs that these are in: the addresses of nodes that work. */
export function namesController(publish: (names: HostNamesSpec) => void): Controller {
  let known: Map<string, VpcZone> | undefined;
  return {
    name: "elb.names",
    watches: [
      watch(loadBalancers, ({ key }) => [key]),
      watch(nodes, ({ value }) => [loadBalancerKey(value, value.loadBalancerName)]),
    ],
    async reconcile(key, { store }) {
      // A message replaces the one before it, so the first one must already have all names.
      const isFirst = known === undefined;
      known ??= new Map([...store.view(loadBalancers).all()].map((entry) => [entry.key, zoneOf(store, entry.key)!]));
      const before = JSON.stringify(known.get(key));
      const now = zoneOf(store, key);
      if (now === undefined) known.delete(key);
      else known.set(key, now);
      if (!isFirst && JSON.stringify(now) === before) return;
      const byVpc = Map.groupBy(known.values(), ({ vpcId }) => vpcId);
      publish({ vpcs: [...byVpc].map(([vpcId, each]) => ({ vpcId, zones: each.map(({ zone }) => zone) })) });
    },
  };
}

interface VpcZone {
  readonly vpcId: string;
  readonly zone: ZoneSpec;
}

/** A zone for the one name, so that other names of the domain are asked for elsewhere as before. */
function zoneOf(store: Store, key: Key<LoadBalancerRecord>): VpcZone | undefined {
  const record = store.view(loadBalancers).get(key)?.value;
  if (record === undefined) return undefined;
  const name = record.dnsName.toLowerCase();
  const values = store
    .view(nodes)
    .by("owner", key)
    .filter(({ value }) => value.state === "active" && value.removeAt === undefined)
    .map(({ value }) => value.privateIpAddress);
  const set = { name, type: "A", ttlSeconds, answers: mostAnswers, values } as const;
  const zone = { name, negativeTtlSeconds: ttlSeconds, sets: values.length === 0 ? [] : [set] };
  return { vpcId: record.vpcId, zone };
}
