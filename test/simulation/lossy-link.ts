import type { Clock } from "#kernel/clock.ts";
import type { Random } from "#kernel/random.ts";
import { type Faults, happens } from "./faults.ts";

/**
 * A connection that loses, doubles, delays and so reorders messages. Returns `send`, which calls `deliver` not at all,
 * once or twice, later. One direction is one call of `lossyLink`.
 */
export function lossyLink(sim: { clock: Clock; random: Random; faults: () => Faults }): (deliver: () => void) => void {
  const { clock, random } = sim;
  return (deliver) => {
    const { loseMessage, doubleMessage, messageDelayMs } = sim.faults();
    if (happens(random, loseMessage)) return;
    const copies = happens(random, doubleMessage) ? 2 : 1;
    for (let i = 0; i < copies; i++) clock.after(messageDelayMs * random.float(), deliver);
  };
}
