import { interfacesOf, KnownInterfaces } from "#host/network/known-interfaces.ts";
import type { HostNetwork } from "#host/network/network.ts";
import type { HostNetworkSpec, NetworkMessage } from "#kernel/agent-protocol.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import { backoffMs } from "./backoff.ts";

/** Keeps the host's network as the control plane wants it. */
export interface Networks {
  take(message: NetworkMessage): void;
  /** Messages of a new session are numbered anew. */
  newSession(): void;
  /** Whether an interface has been made known to the host's network. */
  knows(networkInterfaceId: string): boolean;
  stop(): void;
}

export interface NetworksDeps {
  readonly network: Pick<HostNetwork, "apply" | "interfacesPerMs">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Called with the ids of the interfaces that came, went or changed. */
  readonly onApplied: (networkInterfaceIds: ReadonlySet<string>) => void;
}

/**
 * Applies the latest message, one at a time, and rests in between, the longer the more interfaces there are; one that
 * fails is tried again until a later one replaces it.
 */
export function createNetworks({ network, clock, random, log, onApplied }: NetworksDeps): Networks {
  let wanted: HostNetworkSpec | undefined;
  let applied: HostNetworkSpec | undefined;
  const known = new KnownInterfaces();
  let seqNum = Number.NEGATIVE_INFINITY;
  let applying = false;
  let stopped = false;
  let resting = false;
  let failures = 0;
  let timer: Timer | undefined;
  let rest: Timer | undefined;

  const run = async () => {
    if (applying || resting || stopped || timer !== undefined || wanted === undefined || wanted === applied) return;
    applying = true;
    const spec = wanted;
    try {
      await network.apply(spec);
      failures = 0;
      applied = spec;
      onApplied(known.change(spec));
      restFor(interfacesOf(spec) / network.interfacesPerMs);
    } catch (error) {
      log.warn("The host's network could not be changed", { error: String(error) });
      timer = clock.after(backoffMs(failures++, 30_000, random), () => {
        timer = undefined;
        void run();
      });
    }
    applying = false;
    void run();
  };
  const restFor = (ms: number) => {
    if (ms < 1) return;
    resting = true;
    rest = clock.after(ms, () => {
      resting = false;
      void run();
    });
  };
  return {
    take(message) {
      if (message.seqNum <= seqNum) return;
      seqNum = message.seqNum;
      wanted = message.network;
      failures = 0;
      timer?.cancel();
      timer = undefined;
      void run();
    },
    newSession() {
      seqNum = Number.NEGATIVE_INFINITY;
    },
    knows: (networkInterfaceId) => known.has(networkInterfaceId),
    stop() {
      stopped = true;
      timer?.cancel();
      rest?.cancel();
    },
  };
}
