import { Fault } from "#kernel/fault.ts";
import { attributeNames, type NamespaceRecord, type ServiceRecord } from "../model.ts";
import { checkDomainName, hostNameOf } from "./names.ts";

type Attributes = Readonly<Record<string, string>>;

const { alias, ec2Instance, initialHealth, cname, ipv4, ipv6, port } = attributeNames;
const known: ReadonlySet<string> = new Set(Object.values(attributeNames));
const mostCustomAttributes = 30;
/** Of all names and values together. */
const mostCharacters = 5000;

/** Refuses attributes that a service cannot register an instance with. Pure. */
export function checkAttributes(
  service: ServiceRecord,
  namespace: NamespaceRecord,
  instanceId: string,
  attributes: Attributes,
): void {
  checkSizes(attributes);
  refuseUnavailable(service, namespace, attributes);
  checkValues(service, attributes);
  for (const { type } of service.dns?.records ?? []) for (const name of required[type]) require(attributes, name, type);
  if (service.dns?.records.some(({ type }) => type === "SRV")) {
    checkDomainName("The host name of the instance,", hostNameOf(instanceId, service, namespace.name));
  }
}

/** With an SRV record one address is enough, and there is only one kind here. */
const required = { A: [ipv4], SRV: [ipv4, port], CNAME: [cname] } as const;

function require(attributes: Attributes, name: string, type: string): void {
  if (attributes[name] !== undefined) return;
  throw invalid(`The attribute ${name} is required: the service has an ${type} record.`);
}

function checkSizes(attributes: Attributes): void {
  const entries = Object.entries(attributes);
  if (entries.filter(([name]) => !known.has(name)).length > mostCustomAttributes) {
    throw invalid(`An instance can have at most ${mostCustomAttributes} custom attributes.`);
  }
  if (entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > mostCharacters) {
    throw invalid(`The total size of all attributes must not exceed ${mostCharacters} characters.`);
  }
}

function refuseUnavailable({ dns }: ServiceRecord, namespace: NamespaceRecord, attributes: Attributes): void {
  if (attributes[alias] !== undefined) {
    throw invalid(`${alias} isn't available on this platform: no alias records are made of load balancers.`);
  }
  if (attributes[ipv6] !== undefined && dns !== undefined) {
    throw invalid(`${ipv6} isn't available for services with DNS records: VPCs have no IPv6 on this platform.`);
  }
  if (attributes[ec2Instance] === undefined) return;
  if (namespace.type !== "HTTP") throw invalid(`${ec2Instance} is for services in HTTP namespaces only.`);
  throw invalid(`The instance ID '${attributes[ec2Instance]}' does not exist`);
}

function checkValues(service: ServiceRecord, attributes: Attributes): void {
  const { [ipv4]: address, [port]: number, [cname]: target, [initialHealth]: health } = attributes;
  if (address !== undefined && !isIpv4(address)) throw invalid(`${ipv4} '${address}' isn't a valid IPv4 address.`);
  if (number !== undefined && !(/^\d{1,5}$/.test(number) && Number(number) <= 65_535)) {
    throw invalid(`${port} '${number}' isn't a valid port: it must be a number from 0 to 65535.`);
  }
  if (target !== undefined && service.dns !== undefined) checkDomainName(cname, target);
  if (health === undefined) return;
  if (service.healthCheckCustomConfig === undefined) {
    throw invalid(`${initialHealth} can be specified only if the service has a HealthCheckCustomConfig.`);
  }
  if (health !== "HEALTHY" && health !== "UNHEALTHY") {
    throw invalid(`${initialHealth} '${health}' isn't valid: it must be HEALTHY or UNHEALTHY.`);
  }
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function invalid(message: string): Fault {
  return new Fault("InvalidInput", message);
}
