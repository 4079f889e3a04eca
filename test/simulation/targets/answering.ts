import type { EcsWorld } from "../ecs/scenario.ts";

/** How tasks of a family answer health checks of load balancers, by how long their container has run. */
export const answersByFamily = {
  sane: () => true,
  late: (ranMs: number) => ranMs > 25_000,
  silent: () => false,
  fading: (ranMs: number) => ranMs < 60_000,
  crashing: () => true,
} as const satisfies Record<string, (ranMs: number) => boolean>;

export type Answers = keyof typeof answersByFamily;

/** Whether a container answers at the address, as the engines have it, whatever the platform believes. */
export function answers({ ledger, hosts, now }: EcsWorld, address: string): boolean {
  for (const task of ledger.present()) {
    const { id, networkInterface, family } = task;
    if (networkInterface?.privateIpv4Address !== address) continue;
    for (const { engine } of hosts) {
      const sandbox = engine.sandboxes.get(engine.sandboxIdsByName.get(id) ?? "");
      const container = sandbox?.containers.get("app");
      if (container?.state !== "running") continue;
      const startedAt = container.status().startedAt ?? now();
      return answersByFamily[family.split("-")[0] as Answers](now() - startedAt);
    }
  }
  return false;
}
