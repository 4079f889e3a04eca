import { namesOf } from "./names.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

/**
 * Where a connection comes from in its VPC: all leave it under the VPC's own address on its link, and the kernel knows
 * which is whose. Undefined: it has ended, or this kernel tells nobody of its connections.
 */
export type SourceOf = (vpcId: string, connection: Connection) => Promise<string | undefined>;

export interface Connection {
  /** The port of the link's address that it comes from. */
  readonly fromPort: number;
  /** The port of the host service address that it has been led to. */
  readonly toPort: number;
}

export function connectionSources(owner: string, shell: PrivilegedShell): SourceOf {
  const names = namesOf(owner);
  return async (vpcId, connection) => {
    const output = await shell.run(connectionsScript(names.namespace(vpcId), connection));
    return sourceIn(output, connection);
  };
}

/** The lines of the connections that may be meant. A kernel has the list as a file, or gives it to `conntrack`. */
function connectionsScript(namespace: string, { fromPort, toPort }: Connection): string {
  const list = "cat /proc/net/nf_conntrack 2>/dev/null || conntrack -L -p tcp 2>/dev/null";
  const answers = `sport=${toPort} dport=${fromPort} `;
  return `nsenter --net=/run/netns/${namespace} sh -c '${list}' | grep -F '${answers}' || :`;
}

const tuple = String.raw`src=(\S+) dst=\S+ sport=\d+ dport=\d+`;
const line = new RegExp(`\\b${tuple}(?: \\[\\w+\\])? src=\\S+ dst=\\S+ sport=(\\d+) dport=(\\d+)\\b`);

/** The source of the connection whose answers go from one port to the other. */
export function sourceIn(output: string, { fromPort, toPort }: Connection): string | undefined {
  for (const text of output.split("\n")) {
    const found = line.exec(text);
    if (found !== null && Number(found[2]) === toPort && Number(found[3]) === fromPort) return found[1];
  }
  return undefined;
}
