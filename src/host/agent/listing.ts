import type { RuntimeDriver, SandboxStatus } from "#host/runtime/driver.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import { backoffMs } from "./backoff.ts";

/** Asks the engine for everything: when events may have been missed, and now and then in any case. */
export interface Listing {
  /** Lists again, after the listing that is under way. */
  request(): void;
  stop(): void;
}

export interface ListingDeps<Before> {
  readonly driver: RuntimeDriver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly everyMs: number;
  /** What is known when the listing begins; only of that may absence be concluded. */
  readonly before: () => Before;
  readonly onListed: (sandboxes: readonly SandboxStatus[], before: Before) => void;
}

export function createListing<Before>(deps: ListingDeps<Before>): Listing {
  let underway = false;
  let again = false;
  let stopped = false;
  let failures = 0;
  let timer: Timer | undefined;

  const list = async () => {
    timer?.cancel();
    underway = true;
    again = false;
    const before = deps.before();
    let delayMs = deps.everyMs;
    try {
      const sandboxes = await deps.driver.listSandboxes();
      failures = 0;
      if (!stopped) deps.onListed(sandboxes, before);
    } catch (error) {
      deps.log.warn("The container engine could not be listed", { error: String(error) });
      delayMs = backoffMs(failures++, 10_000, deps.random);
    }
    underway = false;
    if (stopped) return;
    if (again && failures === 0) void list();
    else timer = deps.clock.after(delayMs, () => void list());
  };
  return {
    request() {
      again = true;
      if (!underway && !stopped) void list();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
