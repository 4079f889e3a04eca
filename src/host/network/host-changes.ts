import type { Log } from "#kernel/controller.ts";
import type { Names } from "./names.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

/** Once more when the monitors listen: what has changed until then they do not tell. They end together. */
const monitors = `(sleep 1; echo default) & { nft monitor destroy tables; kill 0; } & ip -4 -o monitor route link`;

/**
 * Looks whenever the machine's default routes have changed, the platform's table has been removed, as by the start of a
 * firewall, which removes all tables first, or somebody has taken away a route or link to a VPC: once more, however
 * many changes come during a look.
 */
export function followHost(
  { shell, log }: { readonly shell: PrivilegedShell; readonly log: Log },
  names: Names,
  look: () => Promise<void>,
): void {
  let [isLooking, hasChanged] = [false, false];
  const lookOn = async () => {
    isLooking = true;
    try {
      while (hasChanged) {
        hasChanged = false;
        await look();
      }
    } catch (error) {
      log.warn("Tasks could not be given the machine's new routes, or what had been removed of theirs", { error });
    } finally {
      isLooking = false;
    }
  };
  shell.follow(monitors, (line) => {
    if (!concerns(line, names)) return;
    hasChanged = true;
    if (!isLooking) void lookOn();
  });
}

/** Whether a line of the monitors tells of something that is to be looked at. What the platform does itself is, too. */
export function concerns(line: string, { hostTable, linkPrefix }: Pick<Names, "hostTable" | "linkPrefix">): boolean {
  if (line === `delete table inet ${hostTable}` || /^(Deleted )?default\b/.test(line)) return true;
  const [, deleted = "", link = "", rest = ""] = /^(Deleted )?\d+: ([^:@ ]+)[^:]*: (.*)$/.exec(line) ?? [];
  // Set down, a link loses its routes, and nobody tells of those.
  if (link !== "") return link.startsWith(linkPrefix) && (deleted !== "" || /\bstate DOWN\b/.test(rest));
  return line.startsWith("Deleted ") && line.includes(` dev ${linkPrefix}`);
}
