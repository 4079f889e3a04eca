import type { ContainerInstanceRegistration } from "#kernel/agent-protocol.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";

/** A machine that runs tasks: Fargate's capacity, of no account. Written when its agent registers. */
export interface HostRecord {
  readonly registration: ContainerInstanceRegistration;
  /** `DRAINING` gets no new tasks. */
  readonly status: "ACTIVE" | "DRAINING";
  /** Whether its agent has a session with the control plane. */
  readonly agentConnected: boolean;
  readonly registeredAt: number;
}

export const hosts: Collection<HostRecord> = { name: "ecs/host" };

export function hostKey(hostId: string): Key<HostRecord> {
  return keyOf(hosts, hostId);
}
