import type { HostNamesSpec, RecordSetSpec, SrvSpec, ZoneSpec } from "#kernel/agent-protocol.ts";
import { attributeNames, type InstanceRecord, type NamespaceRecord, type ServiceRecord } from "../../model.ts";
import { dnsNameOf, hostNameOf } from "../../request/names.ts";

/** A service with its instances. */
export interface Members {
  readonly service: ServiceRecord;
  readonly instances: readonly InstanceRecord[];
}

/** A zone, and the VPC that it is of. */
export interface VpcZone {
  readonly vpcId: string;
  readonly zone: ZoneSpec;
}

/** With multivalue answer routing Route 53 answers with up to eight values. */
const mostAnswers = 8;
const { ipv4, port, cname } = attributeNames;

/** The records of a namespace; undefined when it has none because nobody looks it up by DNS. Pure. */
export function vpcZone(namespace: NamespaceRecord, members: readonly Members[]): VpcZone | undefined {
  const { dns, name } = namespace;
  if (dns === undefined) return undefined;
  const sets = new Map<string, RecordSetSpec>();
  for (const set of members.flatMap((one) => setsOf(one, name))) {
    const key = `${set.name} ${set.type}`;
    const other = sets.get(key);
    sets.set(key, other === undefined ? set : merged(other, set));
  }
  const zone = { name: name.toLowerCase(), negativeTtlSeconds: dns.soaTtlSeconds, sets: [...sets.values()] };
  return { vpcId: dns.vpcId, zone };
}

/** What the hosts are told. */
export function namesSpec(zones: Iterable<VpcZone>): HostNamesSpec {
  const byVpc = Map.groupBy(zones, ({ vpcId }) => vpcId);
  return { vpcs: [...byVpc].map(([vpcId, each]) => ({ vpcId, zones: each.map(({ zone }) => zone) })) };
}

function setsOf({ service, instances }: Members, zone: string): RecordSetSpec[] {
  if (service.dns === undefined || instances.length === 0) return [];
  const { routingPolicy, records } = service.dns;
  const name = dnsNameOf(service, zone).toLowerCase();
  const chosen = inService(instances);
  return records.flatMap(({ type, ttlSeconds }) => {
    const set = { name, ttlSeconds, answers: routingPolicy === "WEIGHTED" ? 1 : mostAnswers };
    if (type !== "SRV") return [{ ...set, type, values: valuesOf(chosen, type === "A" ? ipv4 : cname) }];
    const hosts = instances.map((instance) => hostOf(instance, service, zone, ttlSeconds));
    return [{ ...set, type, values: chosen.map((instance) => srvOf(instance, service, zone)) }, ...hosts];
  });
}

/** Those that are not unhealthy; all when there are none, as if all were healthy. */
function inService(instances: readonly InstanceRecord[]): readonly InstanceRecord[] {
  const found = instances.filter(({ health }) => health !== "UNHEALTHY");
  return found.length > 0 ? found : instances;
}

function valuesOf(instances: readonly InstanceRecord[], attribute: string): string[] {
  return [...new Set(instances.flatMap(({ attributes }) => attributes[attribute] ?? []))];
}

/** Priority and weight are always 1. */
function srvOf({ id, attributes }: InstanceRecord, service: ServiceRecord, zone: string): SrvSpec {
  const target = hostNameOf(id, service, zone).toLowerCase();
  return { priority: 1, weight: 1, port: Number(attributes[port]), target };
}

/** The address of the host that an SRV record names. */
function hostOf(instance: InstanceRecord, service: ServiceRecord, zone: string, ttlSeconds: number): RecordSetSpec {
  const name = hostNameOf(instance.id, service, zone).toLowerCase();
  return { name, type: "A", ttlSeconds, answers: mostAnswers, values: valuesOf([instance], ipv4) };
}

/** Ids of instances that differ in case only are one name. */
function merged(a: RecordSetSpec, b: RecordSetSpec): RecordSetSpec {
  return { ...a, values: [...new Set([...a.values, ...b.values])] } as RecordSetSpec;
}
