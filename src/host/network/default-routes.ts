import type { Log } from "#kernel/controller.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

/** Once more when the monitor listens: what has changed until then it does not tell. */
const monitor = "(sleep 1; echo default) & ip -4 -o monitor route";

/** Looks whenever the machine's default routes have changed: once more, however many changes come during a look. */
export function followDefaultRoutes(
  { shell, log }: { readonly shell: PrivilegedShell; readonly log: Log },
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
      log.warn("Tasks could not be let out by the machine's new routes", { error });
    } finally {
      isLooking = false;
    }
  };
  shell.follow(monitor, (line) => {
    if (!/\bdefault\b/.test(line)) return;
    hasChanged = true;
    if (!isLooking) void lookOn();
  });
}
