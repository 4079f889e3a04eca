import type { RecordSetSpec, ZoneSpec } from "#kernel/agent-protocol.ts";
import { type Random, shuffled } from "#kernel/random.ts";
import { asQueried, type DnsRecord, recordTypes } from "./message.ts";
import { anyType, type DnsAnswer } from "./private-names.ts";

/** The private domains of one VPC. */
export interface Zones {
  /** The domain that a name is in, the longest when there are several. */
  domainOf(name: string): string | undefined;
  /** The answer of the domain that the name is in; undefined when there is none. Which values is drawn by chance. */
  lookup(name: string, type: number, random: Random): DnsAnswer | undefined;
}

/** A zone with its records where they are found at once. */
interface ZoneIndex {
  readonly spec: ZoneSpec;
  readonly sets: ReadonlyMap<string, readonly RecordSetSpec[]>;
  /** Names that have no records themselves, but names below them. */
  readonly branches: ReadonlySet<string>;
}

/** Makes zones of their descriptions. */
export function createZones(specs: readonly ZoneSpec[]): Zones {
  const zones = new Map(specs.map((spec) => [asQueried(spec.name), indexOf(spec)]));
  const domainOf = (name: string) => selfAndParents(name).find((domain) => zones.has(domain));
  return {
    domainOf,
    lookup(name, type, random) {
      const domain = domainOf(name);
      return domain === undefined ? undefined : lookupIn(zones.get(domain)!, domain, { name, type, random });
    },
  };
}

/** Descriptions are never changed in place, so what was made of one stays right. */
const indexes = new WeakMap<ZoneSpec, ZoneIndex>();

function indexOf(spec: ZoneSpec): ZoneIndex {
  const known = indexes.get(spec);
  if (known !== undefined) return known;
  const sets = Map.groupBy(spec.sets, ({ name }) => asQueried(name));
  const branches = new Set([...sets.keys()].flatMap((name) => selfAndParents(name).slice(1)));
  const index = { spec, sets, branches };
  indexes.set(spec, index);
  return index;
}

/** `a.b.c`, `b.c`, `c` */
function selfAndParents(name: string): string[] {
  const labels = name.split(".");
  return labels.map((_, i) => labels.slice(i).join("."));
}

interface Question {
  readonly name: string;
  readonly type: number;
  readonly random: Random;
}

function lookupIn({ spec, sets, branches }: ZoneIndex, domain: string, { name, type, random }: Question): DnsAnswer {
  const nothing = { zone: domain, negativeTtlSeconds: spec.negativeTtlSeconds };
  const found = sets.get(name) ?? [];
  const alias = found.find((set) => set.type === "CNAME");
  if (alias !== undefined && type !== recordTypes.CNAME && type !== anyType) {
    const [record] = drawn(alias, random);
    if (record?.type === "CNAME") return { kind: "alias", record, target: asQueried(record.target) };
  }
  const asked = found.filter((set) => type === recordTypes[set.type] || type === anyType);
  const records = asked.flatMap((set) => drawn(set, random));
  if (name === domain && (type === recordTypes.SOA || type === anyType)) {
    records.push({ type: "SOA", zone: domain, ttlSeconds: spec.negativeTtlSeconds });
  }
  if (records.length > 0) return { kind: "records", records };
  const exists = name === domain || found.length > 0 || branches.has(name);
  return { kind: exists ? "no-data" : "no-name", ...nothing };
}

/** As many records of a set as an answer has, in an order drawn by chance. */
function drawn(set: RecordSetSpec, random: Random): DnsRecord[] {
  const { ttlSeconds, answers } = set;
  const draw = <T>(values: readonly T[]) => shuffled(random, values).slice(0, answers);
  switch (set.type) {
    case "A":
      return draw(set.values).map((address) => ({ type: "A", address, ttlSeconds }));
    case "CNAME":
      return draw(set.values).map((name) => ({ type: "CNAME", target: name.replace(/\.$/, ""), ttlSeconds }));
    case "SRV":
      return draw(set.values).map((value) => ({ type: "SRV", ...value, ttlSeconds }));
  }
}
