import { compileRequest, createPool, type Explanation, type Instance } from "#placement/index.ts";
import type { HostRecord } from "../../model/host.ts";
import type { TaskRecord } from "../../model/task.ts";

const architecture = "ecs.cpu-architecture";

/** What keeps hosts from taking a Fargate task: their state and architecture, for their room is never short. */
export function explainHosts(hosts: Iterable<HostRecord>, cpuArchitecture: TaskRecord["cpuArchitecture"]): Explanation {
  const value = cpuArchitecture === "ARM64" ? "arm64" : "x86_64";
  const request = compileRequest({
    ...{ group: "fargate", cpu: 0, memoryMiB: 0, strategies: [] },
    attributes: [{ name: architecture, value }],
  });
  return createPool([...hosts].map(toInstance), { random: { float: () => 0 } }).explain(request);
}

function toInstance({ registration, status }: HostRecord): Instance {
  const { hostId, cpuCores, memoryMiB } = registration;
  return {
    id: hostId,
    status,
    agentConnected: true,
    attributes: new Map([[architecture, registration.architecture]]),
    cpu: cpuCores * 1024,
    memoryMiB,
  };
}
