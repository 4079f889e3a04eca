import type { RegisterContainerInstanceRequest, Resource } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { HostPort } from "#placement/index.ts";
import { invalid } from "../faults.ts";
import type { ContainerInstanceRecord } from "../model/container-instance.ts";
import type { HostRecord } from "../model/host.ts";
import { agentAttributes } from "./capabilities.ts";

/** What the document says of the machine. Amazon EC2 signs it on AWS; here the host is the platform's own. */
export interface IdentityDocument {
  readonly hostId?: string;
  /** `i-` and 17 hexadecimal digits; one is made otherwise. */
  readonly instanceId?: string;
  readonly availabilityZone?: string;
}

/** Ports that the ECS agent reserves: those of SSH, of Docker and of the agent itself. */
const agentPorts: readonly HostPort[] = [22, 2375, 2376, 51678, 51679, 51680].map((port) => ({
  port,
  protocol: "tcp",
}));

/** Throws `ClientException` for what names no host of this platform: a document of an instance of Amazon EC2. */
export function readIdentity(text: string | undefined, region: string): IdentityDocument {
  if (text === undefined || text === "") return {};
  const document = parse(text);
  const { hostId, instanceId, availabilityZone } = document;
  if (hostId === undefined && instanceId !== undefined) {
    throw new Fault(
      "ClientException",
      "The instance identity document names no host of this platform (hostId). Leave it out to register the " +
        "platform's own host: estiva instance register.",
    );
  }
  if (instanceId !== undefined && !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(instanceId)) {
    throw new Fault("ClientException", "The instanceId of the instance identity document is no id of an instance.");
  }
  if (availabilityZone !== undefined && !new RegExp(`^${region}[a-z]$`).test(availabilityZone)) {
    throw new Fault("ClientException", `${availabilityZone} is no Availability Zone of ${region}.`);
  }
  return {
    ...(hostId && { hostId }),
    ...(instanceId && { instanceId }),
    ...(availabilityZone && { availabilityZone }),
  };
}

function parse(text: string): IdentityDocument {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null) {
      const entries = Object.entries(document).filter(([, value]) => typeof value === "string");
      return Object.fromEntries(entries) as IdentityDocument;
    }
  } catch {
    // Told below, as any other text that is no document.
  }
  throw new Fault("ClientException", "The instance identity document is no JSON object.");
}

/**
 * The host that is meant: the one that is named, or the only one. Throws `ClientException`; `ServerException`, which
 * clients try again, as long as there is none at all, as right after the platform's start.
 */
export function chooseHost(hosts: readonly HostRecord[], { hostId }: IdentityDocument): HostRecord {
  const [first, ...others] = hosts;
  if (hostId !== undefined) {
    const named = hosts.find(({ registration }) => registration.hostId === hostId);
    if (named === undefined) throw new Fault("ClientException", `No host of this platform is ${hostId}.`);
    return named;
  }
  if (first === undefined)
    throw new Fault("ServerException", "No host has connected to this platform yet.", { status: 500 });
  if (others.length === 0) return first;
  const ids = hosts.map(({ registration }) => registration.hostId).join(", ");
  throw new Fault("ClientException", `Say which host is meant (hostId of the instance identity document): ${ids}.`);
}

export type Offered = Pick<ContainerInstanceRecord, "cpu" | "memoryMiB" | "reservedPorts" | "attributes">;

/** What an instance has for tasks: what is given, else all that its host has. Throws `InvalidParameterException`. */
export function offered(
  { totalResources = [], attributes = [] }: RegisterContainerInstanceRequest,
  host: HostRecord,
  availabilityZone: string,
): Offered {
  const { cpuCores, memoryMiB } = host.registration;
  const known = ["CPU", "MEMORY", "PORTS", "PORTS_UDP"];
  const other = totalResources.find(({ name = "" }) => !known.includes(name));
  if (other !== undefined)
    throw invalid(`The resource ${other.name} is not supported. Supported are ${known.join(", ")}.`);
  const own = agentAttributes(host, availabilityZone);
  const names = new Set(own.map(({ name }) => name));
  const reserved = attributes.find(({ name }) => names.has(name));
  if (reserved !== undefined) throw invalid(`The attribute ${reserved.name} is the agent's own.`);
  return {
    cpu: amountOf(totalResources, "CPU", cpuCores * 1024),
    memoryMiB: amountOf(totalResources, "MEMORY", memoryMiB),
    reservedPorts: [
      ...portsOf(totalResources, "PORTS", "tcp", agentPorts),
      ...portsOf(totalResources, "PORTS_UDP", "udp", []),
    ],
    attributes: own,
  };
}

function amountOf(resources: readonly Resource[], name: string, most: number): number {
  const given = resources.find((resource) => resource.name === name);
  const value = given === undefined ? most : (given.integerValue ?? given.longValue ?? 0);
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  throw invalid(`${name} must be between 1 and ${most}, which is what the host has.`);
}

function portsOf(
  resources: readonly Resource[],
  name: string,
  protocol: HostPort["protocol"],
  instead: readonly HostPort[],
): readonly HostPort[] {
  const given = resources.find((resource) => resource.name === name)?.stringSetValue;
  if (given === undefined) return instead;
  return given.map((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(`${name}: ${text} is no port.`);
    return { port, protocol };
  });
}
