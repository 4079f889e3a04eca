import type { DnsConfig, DnsRecord } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { NamespaceRecord, ServiceDns, ServiceDnsRecord } from "../model.ts";
import { checkDomainName, dnsNameOf } from "./names.ts";

/** The records that a new service makes in a namespace; undefined: none, its instances are only discovered. */
export function dnsOf(
  namespace: NamespaceRecord,
  input: { readonly Name: string; readonly DnsConfig?: DnsConfig; readonly Type?: "HTTP" },
): ServiceDns | undefined {
  const { DnsConfig: config } = input;
  if (config === undefined) return undefined;
  if (namespace.type === "HTTP") throw invalid("DnsConfig can't be specified for a service in an HTTP namespace.");
  if (input.Type === "HTTP") throw invalid("DnsConfig can't be specified for a service of the type HTTP.");
  const records = config.DnsRecords.map(recordOf);
  checkTypes(records);
  const routingPolicy = config.RoutingPolicy ?? "MULTIVALUE";
  if (routingPolicy !== "WEIGHTED" && records.some(({ type }) => type === "CNAME")) {
    throw invalid("You must specify WEIGHTED for the RoutingPolicy of a service with a CNAME record.");
  }
  checkDomainName(
    "The name of the service with that of the namespace,",
    dnsNameOf({ name: input.Name }, namespace.name),
  );
  return { routingPolicy, records };
}

/** The records of a service after an update: those that it does not name go, none may come. */
export function updatedDns(
  dns: ServiceDns | undefined,
  records: readonly DnsRecord[] | undefined,
): ServiceDns | undefined {
  if (records === undefined || records.length === 0) return undefined;
  const next = records.map(recordOf);
  const types = new Set(dns?.records.map(({ type }) => type));
  const added = next.find(({ type }) => !types.has(type));
  if (added !== undefined || dns === undefined) {
    throw invalid(
      `The type of a record can't be updated: the service has no ${added?.type} record. Delete the service and ` +
        "create it again with a new DnsConfig.",
    );
  }
  checkTypes(next);
  return { ...dns, records: next };
}

function recordOf({ Type, TTL }: DnsRecord): ServiceDnsRecord {
  if (Type === "AAAA") throw invalid("AAAA records aren't available: VPCs have no IPv6 on this platform.");
  return { type: Type, ttlSeconds: TTL };
}

function checkTypes(records: readonly ServiceDnsRecord[]): void {
  if (records.length === 0) throw invalid("DnsConfig must have at least one record in DnsRecords.");
  const types = records.map(({ type }) => type);
  if (new Set(types).size < types.length) throw invalid("DnsRecords can't have two records of the same type.");
  if (types.includes("CNAME") && types.length > 1) {
    throw invalid("A CNAME record can't be combined with records of other types.");
  }
}

function invalid(message: string): Fault {
  return new Fault("InvalidInput", message);
}
