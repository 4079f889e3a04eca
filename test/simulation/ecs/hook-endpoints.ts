import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { Random } from "#kernel/random.ts";

/** Endpoints of lifecycle hooks that agree, refuse, ask for time, or are away, each call by chance. */
export function hookEndpoints({ clock, random }: { readonly clock: Clock; readonly random: Random }): SendHttp {
  return async ({ url }) => {
    await sleep(clock, 2000 * random.float());
    const chance = random.float();
    if (chance < 0.1) {
      throw new DriverError("Unavailable", `${new URL(url).host} could not be reached.`, { retryable: true });
    }
    if (chance < 0.2) return { status: 503 };
    const hookStatus = chance < 0.3 ? "FAILED" : chance < 0.6 ? "IN_PROGRESS" : "SUCCEEDED";
    return { status: 200, body: JSON.stringify({ hookStatus, callBackDelay: 5 }) };
  };
}
