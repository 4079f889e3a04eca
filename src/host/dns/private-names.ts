import { inRange, parseIpv4, range } from "#host/network/ipv4.ts";
import { privateDnsName, privateDomain } from "#kernel/private-names.ts";
import { type DnsRecord, recordTypes, typeNumber } from "./message.ts";

/**
 * What a lookup knows: records, that the name is another one's (whose records have to be looked for there), that it has
 * none of this type, or that there is no such name.
 */
export type DnsAnswer =
  | { readonly kind: "records"; readonly records: readonly DnsRecord[] }
  | { readonly kind: "alias"; readonly record: DnsRecord; readonly target: string }
  | { readonly kind: "no-data" | "no-name"; readonly zone: string; readonly negativeTtlSeconds?: number };

/** The names that a VPC gives to the addresses in it. */
export interface PrivateZone {
  readonly region: string;
  /** The VPC's ranges. */
  readonly cidrs: readonly string[];
  /** Whether the VPC has an interface with this address. */
  hasAddress(address: string): boolean;
}

/** As AWS answers for them. */
const ttlSeconds = 60;

/**
 * Answers for names of addresses and addresses of names of the VPC; undefined for what is not the VPC's to know, which
 * goes to the machine's own resolvers. Pure.
 */
export function lookupPrivateName(zone: PrivateZone, name: string, type: number): DnsAnswer | undefined {
  const domain = privateDomain(zone.region);
  if (name === domain) return { kind: "no-data", zone: domain };
  if (name.endsWith(`.${domain}`)) return lookupHost(zone, domain, name.slice(0, -domain.length - 1), type);
  return name.endsWith(reverseSuffix) ? lookupReverse(zone, name, type) : undefined;
}

const reverseSuffix = ".in-addr.arpa";

function lookupHost(zone: PrivateZone, domain: string, host: string, type: number): DnsAnswer {
  const address = /^ip-(\d+-\d+-\d+-\d+)$/.exec(host)?.[1]?.replaceAll("-", ".");
  if (address === undefined || parseIpv4(address) === undefined || !zone.hasAddress(address)) {
    return { kind: "no-name", zone: domain };
  }
  return onlyIf(type, { type: "A", address, ttlSeconds }, domain);
}

function lookupReverse(zone: PrivateZone, name: string, type: number): DnsAnswer | undefined {
  const labels = name.slice(0, -reverseSuffix.length).split(".");
  const address = labels.reverse().join(".");
  const value = parseIpv4(address);
  if (value === undefined || !zone.cidrs.some((cidr) => inRange(range(cidr), value))) return undefined;
  const [a, b] = labels;
  const reverseZone = `${b}.${a}${reverseSuffix}`;
  if (!zone.hasAddress(address)) return { kind: "no-name", zone: reverseZone };
  return onlyIf(type, { type: "PTR", target: privateDnsName(address, zone.region), ttlSeconds }, reverseZone);
}

/** The type of queries for all records of a name. */
export const anyType = 255;

function onlyIf(type: number, record: DnsRecord, zone: string): DnsAnswer {
  if (type === typeNumber(record) || type === anyType) return { kind: "records", records: [record] };
  return { kind: "no-data", zone };
}

/** Transfers of whole zones, which nobody may have. */
export function isTransfer(type: number): boolean {
  return type === recordTypes.AXFR || type === recordTypes.IXFR;
}
