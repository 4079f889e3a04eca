import { describe } from "node:test";
import type { Traffic } from "#host/proxy/traffic.ts";
import type { AccessRecord, LoadBalancerNode, TargetHealthReport } from "#kernel/load-balancing.ts";
import { authentication } from "./load-balancer/authentication.ts";
import { badInput } from "./load-balancer/bad-input.ts";
import { connectProxies } from "./load-balancer/connect.ts";
import { connectLog } from "./load-balancer/connect-log.ts";
import { failures } from "./load-balancer/failures.ts";
import { headers } from "./load-balancer/headers.ts";
import { health } from "./load-balancer/health.ts";
import { holding } from "./load-balancer/holding.ts";
import { network } from "./load-balancer/network.ts";
import { protocols } from "./load-balancer/protocols.ts";
import { routing } from "./load-balancer/routing.ts";
import { stickiness } from "./load-balancer/stickiness.ts";
import { targets } from "./load-balancer/targets-change.ts";
import { traffic } from "./load-balancer/traffic.ts";

/** A node that serves on loopback. */
export interface BalancerUnderTest {
  /** Resolves when traffic follows it. */
  apply(node: LoadBalancerNode): Promise<void>;
  /** Resolves when what was reported last, or later, is like this. */
  untilHealth(isMet: (targets: readonly TargetHealthReport[]) => boolean): Promise<void>;
  /** Resolves when the groups whose requests were told to wait, one with each telling, are like this. */
  untilHeld(isMet: (targetGroupArns: readonly string[]) => boolean): Promise<void>;
  readonly access: readonly AccessRecord[];
  /** What it has done since the last call. */
  takeTraffic(): Promise<Traffic | undefined>;
  untilAccess(isMet: (records: readonly AccessRecord[]) => boolean): Promise<void>;
  /** What this version of the engine does not do; `docs/load-balancers.md` tells users of it. */
  readonly lacks: ReadonlySet<Lack>;
  close(): Promise<void>;
}

/** The 502 for what its target had no time for, the 400 for lengths that differ, a look for who left. */
export type Lack = "cut-off" | "lengths" | "departure";

export type StartBalancer = () => Promise<BalancerUnderTest>;

/** What every engine of load balancers does with real connections and real targets. */
export function loadBalancerContract(
  name: string,
  start: StartBalancer,
  options: { readonly skip?: string } = {},
): void {
  describe(`load balancer contract: ${name}`, { skip: options.skip ?? false }, () => {
    routing(start);
    headers(start);
    stickiness(start);
    health(start);
    failures(start);
    targets(start);
    holding(start);
    protocols(start);
    network(start);
    badInput(start);
    traffic(start);
    authentication(start);
    connectLog(start);
    connectProxies(start);
  });
}
