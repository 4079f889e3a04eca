import type { Log } from "#kernel/controller.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

/** Once more when the monitors listen: what has changed until then they do not tell. They end together. */
const monitors = `(sleep 1; echo default) & { nft monitor destroy tables; kill 0; } & ip -4 -o monitor route`;

/**
 * Looks whenever the machine's default routes have changed or the platform's table has been removed, as by the start of
 * a firewall, which removes all tables first: once more, however many changes come during a look.
 */
export function followHost(
  { shell, log }: { readonly shell: PrivilegedShell; readonly log: Log },
  hostTable: string,
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
      log.warn("Tasks could not be given the machine's new routes, or rules that had been removed", { error });
    } finally {
      isLooking = false;
    }
  };
  shell.follow(monitors, (line) => {
    if (line !== `delete table inet ${hostTable}` && !/\bdefault\b/.test(line)) return;
    hasChanged = true;
    if (!isLooking) void lookOn();
  });
}
