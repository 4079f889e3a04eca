/** Something that tasks are placed on: a container instance, a node, a host. */
export interface Instance {
  /** As it shall be named in placements and explanations: the id of a container instance, or its ARN. */
  readonly id: string;
  /** Tasks are placed on `ACTIVE` ones only. */
  readonly status: string;
  readonly agentConnected: boolean;
  readonly agentVersion?: string;
  readonly ec2InstanceId?: string;
  /** Milliseconds since the epoch. */
  readonly registeredAt?: number;
  /** Built-in and custom ones; an attribute without a value has the empty text. */
  readonly attributes: ReadonlyMap<string, string>;
  /** CPU units (1,024 are one processor) for tasks. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpuCount?: number;
  /** How many tasks with a network interface of their own it can take; without a limit when absent. */
  readonly networkInterfaces?: number;
  /** Ports that are not to be had: those of SSH, of the container engine, of the agent. */
  readonly reservedPorts?: readonly HostPort[];
  /** Ports that something else has at the moment. They do not count towards how many may be reserved. */
  readonly busyPorts?: readonly HostPort[];
}

export interface HostPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

export const zoneAttribute = "ecs.availability-zone";

/** A port and its protocol as one number, by which they are compared and kept in order. */
export function portNumber({ port, protocol }: HostPort): number {
  return protocol === "udp" ? port + 0x10000 : port;
}

export function hostPort(number: number): HostPort {
  return number >= 0x10000 ? { port: number - 0x10000, protocol: "udp" } : { port: number, protocol: "tcp" };
}
