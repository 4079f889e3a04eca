import type { SandboxSpec } from "#host/runtime/driver.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { portsOf } from "#kernel/port-mapping.ts";

/** The sandbox of a task: its network, its common limits and the namespaces that its containers share. */
export function sandboxSpec(id: string, payload: TaskPayload): SandboxSpec {
  const network = payload.networkMode === "awsvpc" ? "isolated" : payload.networkMode;
  return {
    name: id,
    hostname: hostnameOf(id, payload),
    network,
    portMappings: network === "bridge" ? publishedPorts(payload) : [],
    resources: {
      ...(payload.cpuUnits === undefined ? {} : { cpuUnits: payload.cpuUnits }),
      ...(payload.memoryMiB === undefined ? {} : { memoryMiB: payload.memoryMiB }),
    },
    sysctls: sandboxSysctls(payload),
    sharePid: payload.pidMode === "task",
    shareIpc: payload.ipcMode === "task",
  };
}

/** On Fargate the private DNS name of the interface; elsewhere what the first container asks for, or the task's id. */
function hostnameOf(id: string, payload: TaskPayload): string {
  if (payload.networkInterface !== undefined) return payload.networkInterface.privateDnsName;
  return payload.containers.find(({ hostname }) => hostname !== undefined)?.hostname ?? id.slice(0, 12);
}

function publishedPorts(payload: TaskPayload): SandboxSpec["portMappings"] {
  return payload.containers.flatMap(({ portMappings }) =>
    portMappings.map(({ containerPort, containerPortRange, hostPort = 0, protocol }) => {
      const [first = 0, ...others] = portsOf(containerPort, containerPortRange);
      const published = { containerPort: first, hostPort, protocol, hostIp: "" };
      return others.length === 0 ? published : { ...published, count: 1 + others.length };
    }),
  );
}

/** The ports of TCP that the task has in the host's network: containers there have those that they name. */
export function hostPorts({ networkMode, containers }: TaskPayload): number[] {
  const mappings = networkMode === "host" ? containers.flatMap(({ portMappings }) => portMappings) : [];
  return mappings.flatMap(({ containerPort, protocol }) =>
    protocol === "tcp" ? portsOf(containerPort, undefined) : [],
  );
}

/** Kernel parameters belong to the namespace they are of: those of the network to the sandbox, which has it. */
export function isSandboxSysctl(payload: TaskPayload, name: string): boolean {
  return name.startsWith("net.") || payload.ipcMode === "task";
}

function sandboxSysctls(payload: TaskPayload): Record<string, string> {
  const controls = payload.containers.flatMap(({ systemControls }) => systemControls ?? []);
  const own = controls.filter(({ namespace }) => isSandboxSysctl(payload, namespace));
  return Object.fromEntries(own.map(({ namespace, value }) => [namespace, value]));
}
