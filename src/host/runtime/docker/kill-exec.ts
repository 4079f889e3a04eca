import { sleep } from "#kernel/clock.ts";
import type { ExecAnswer } from "./api.ts";
import type { DockerContext } from "./context.ts";

/** Ends processes that were started in a container, which the engine itself has no call for. */
export interface ExecKiller {
  /**
   * Ends the process and all of its session, such as the jobs of a shell: with SIGHUP as when a terminal is closed, and
   * with SIGKILL what is left of them after a second, also what they start meanwhile. Resolves when none is left.
   */
  end(containerId: string, process: ExecAnswer): Promise<void>;
}

/** How long they have to end, by themselves and when they are killed, in steps: most need none of it. */
const graceMs = [20, 80, 200, 300, 400];

export function createExecKiller(context: DockerContext): ExecKiller {
  return {
    async end(containerId, process) {
      if (!process.Running || !process.Pid) return;
      const signal = async (name: string) => Number(await context.shell.run(script(process.Pid, containerId, name)));
      let left = await signal("HUP");
      for (const name of ["0", "KILL"]) {
        for (const delayMs of graceMs) {
          if (left === 0) return;
          await sleep(context.clock, delayMs);
          left = await signal(name);
        }
      }
    },
  };
}

/**
 * Signals the processes of the session that `leader` leads, and says how many there are. The engine makes what it
 * starts in a container the leader of a session, and tells its number as the machine counts processes. By then another
 * may have the number: only what is in the container's control group is touched. `0` only counts.
 */
function script(leader: number, containerId: string, signal: string): string {
  return `count=0
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" || continue
  set -- \${line##*) }
  # After the name in brackets: state, parent, group, session. Zombies have ended.
  [ "\${4:-}" = ${leader} ] && [ "$1" != Z ] || continue
  folder=\${stat%/stat}
  grep -q ${containerId} "$folder/cgroup" || continue
  kill -${signal} "\${folder#/proc/}" && count=$((count + 1)) || :
done 2>/dev/null
echo $count`;
}
