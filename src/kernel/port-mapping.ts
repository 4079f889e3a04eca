/** Either `containerPort` or `containerPortRange` is set. */
export interface PortMapping {
  readonly containerPort?: number;
  /** `8000-8010`: in bridge mode the agent finds as many ports of the host in a row. */
  readonly containerPortRange?: string;
  /** 0 or absent: the agent leaves the choice to the container engine. */
  readonly hostPort?: number;
  readonly protocol: "tcp" | "udp";
}

/** Either of a port (`containerPort`, `hostPort`) or of a range of them (`containerPortRange`, `hostPortRange`). */
export interface NetworkBinding {
  readonly bindIP: string;
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol: "tcp" | "udp";
  readonly containerPortRange?: string;
  readonly hostPortRange?: string;
}

/** Ports that follow each other, both ends among them. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What `8000-8010` says, or undefined for what is no range of at least two ports. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1 && first < last && last <= 65535 ? { first, last } : undefined;
}

export function portsIn({ first, last }: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** What mappings and bindings of the ECS API say, which have either the one or the other. */
export function portsOf(port: number | undefined, range: string | undefined): number[] {
  const parsed = range === undefined ? undefined : parsePortRange(range);
  if (parsed !== undefined) return portsIn(parsed);
  return port === undefined ? [] : [port];
}
