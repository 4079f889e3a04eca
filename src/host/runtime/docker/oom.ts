import type { Clock } from "#kernel/clock.ts";
import type { SandboxGroups } from "./cgroup.ts";

/**
 * Which containers really were killed for memory. With cgroup version 1 the kernel tells every container below a group
 * whose limit is hit, and the engine then marks them all; the count of kills in a container's own group tells whether
 * it was the one. The group goes with the container: the count must be read at once, and can be missed.
 */
export interface OomJudge {
  /** Told of the engine's event. Returns whether the container was hit; what cannot be known is believed. */
  wasHit(groups: SandboxGroups, containerId: string, cgroup: string | undefined): boolean;
  /** It is about to be sent a signal, which may end it. */
  signalled(containerId: string): void;
  /** Whether the engine's mark on a container, which has ended with this code if it has, is to be believed. */
  believes(containerId: string, exitCode: number | undefined): boolean;
  /** The container is gone. */
  forget(containerId: string): void;
}

/** The kernel tells of the limit before it kills and counts: who seems spared is looked at again, after so long. */
const lookAgainMs = [1, 2, 5, 10, 20, 50, 100];
/** How a container ends whose first process was killed. */
const killed = 128 + 9;

export function createOomJudge(clock: Clock): OomJudge {
  /** Who seemed spared at first -> how many kills there are by now; undefined once the group is gone. */
  const spared = new Map<string, () => number | undefined>();
  const lookAgain = (containerId: string, count: () => number | undefined, looks: readonly number[]) => {
    const [next, ...later] = looks;
    if (next === undefined) {
      spared.set(containerId, () => 0); // whatever ends it from now on
      return;
    }
    clock.after(next, () => {
      const kills = count();
      if (kills === 0) lookAgain(containerId, count, later);
      else if (kills !== undefined) spared.delete(containerId);
    });
  };
  return {
    wasHit(groups, containerId, cgroup) {
      const count = () => (cgroup === undefined ? undefined : groups.oomKills(cgroup, containerId));
      const hit = count() !== 0;
      if (hit) spared.delete(containerId);
      else {
        spared.set(containerId, count);
        lookAgain(containerId, count, lookAgainMs);
      }
      return hit;
    },
    signalled(containerId) {
      if (spared.get(containerId)?.() === 0) spared.set(containerId, () => 0);
    },
    believes(containerId, exitCode) {
      const count = spared.get(containerId);
      if (count === undefined) return true;
      const kills = count();
      // It ended between two looks, right after the limit was hit, and by no signal of ours.
      if (kills === undefined) return exitCode === killed;
      return kills > 0;
    },
    forget: (containerId) => spared.delete(containerId),
  };
}
