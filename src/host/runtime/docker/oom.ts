import type { Clock } from "#kernel/clock.ts";
import type { SandboxGroups } from "./cgroup.ts";

/**
 * Which containers really were killed for memory. With cgroup version 1 the kernel tells every container below a group
 * whose limit is hit, and the engine then marks them all; the count of kills in a container's own group tells whether
 * it was the one. The count must be read at once, for the group goes with the container.
 */
export interface OomJudge {
  /** Told of the engine's event. Returns whether the container was hit; what cannot be known is believed. */
  wasHit(groups: SandboxGroups, containerId: string, cgroup: string | undefined): boolean;
  /** Whether the engine's mark on a container is to be believed. */
  believes(containerId: string): boolean;
  /** The container is gone. */
  forget(containerId: string): void;
}

/** The kernel tells of the limit before it kills and counts: who seems spared is looked at again, after so long. */
const lookAgainMs = [1, 2, 5, 10, 20, 50, 100];

export function createOomJudge(clock: Clock): OomJudge {
  const spared = new Set<string>();
  const lookAgain = (count: () => number | undefined, onHit: () => void, looks: readonly number[]) => {
    const [next, ...later] = looks;
    if (next === undefined) return;
    clock.after(next, () => {
      const kills = count();
      // Where the group is gone by now, nothing new can be learned.
      if (kills === 0) lookAgain(count, onHit, later);
      else if (kills !== undefined) onHit();
    });
  };
  return {
    wasHit(groups, containerId, cgroup) {
      const count = () => (cgroup === undefined ? undefined : groups.oomKills(cgroup, containerId));
      const hit = count() !== 0;
      if (hit) spared.delete(containerId);
      else {
        spared.add(containerId);
        lookAgain(count, () => spared.delete(containerId), lookAgainMs);
      }
      return hit;
    },
    believes: (containerId) => !spared.has(containerId),
    forget: (containerId) => spared.delete(containerId),
  };
}
