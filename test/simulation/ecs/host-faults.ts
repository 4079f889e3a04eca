import type { InjectedFault } from "#host/runtime/fake/host.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import { happens } from "../faults.ts";

/** What goes wrong on hosts: how likely at each chance (0 to 1), and how long delays are at most. */
export interface HostFaults {
  /** The agent dies, at each call of engine, network, journal or logs. */
  readonly killAgent: number;
  readonly agentDownMs: number;
  /** With the agent goes the record of a task on its disk. */
  readonly loseRecord: number;
  /** A call of the engine, the network, the journal or the logs fails; half of the engine's have done their work. */
  readonly failCall: number;
  readonly delayCall: number;
  readonly callDelayMs: number;
  /** The engine goes away, in one of these minutes. */
  readonly engineOutage: number;
  readonly engineDownMs: number;
}

export const calmHost: HostFaults = {
  killAgent: 0,
  agentDownMs: 0,
  loseRecord: 0,
  failCall: 0,
  delayCall: 0,
  callDelayMs: 0,
  engineOutage: 0,
  engineDownMs: 0,
};

/** As for the control plane: a mix of its own for each seed, with about half of the kinds left out. */
export function drawHostFaults(random: Random): HostFaults {
  const rate = (most: number) => (random.float() < 0.5 ? 0 : most * random.float());
  return {
    killAgent: rate(0.01),
    agentDownMs: 20_000 * random.float(),
    loseRecord: rate(0.3),
    failCall: rate(0.3),
    delayCall: rate(0.3),
    callDelayMs: 5000 * random.float(),
    engineOutage: rate(0.5),
    engineDownMs: 20_000 * random.float(),
  };
}

const errors: readonly DriverError[] = [
  new DriverError("Unavailable", "The engine does not answer", { retryable: true }),
  new DriverError("Failed", "Try again", { retryable: true }),
  new DriverError("Failed", "It has failed"),
];

/** The failure of one call of the engine. */
export function callFault(random: Random, faults: HostFaults): InjectedFault | undefined {
  if (!happens(random, faults.failCall)) return undefined;
  const error = errors[Math.floor(random.float() * errors.length)]!;
  return { error, fail: random.float() < 0.5 ? "before" : "after" };
}
