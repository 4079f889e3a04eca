import { after, before } from "node:test";
import type { LoadBalancerNode, TargetGroupSpec } from "#kernel/load-balancing.ts";
import type { BalancerUnderTest, StartBalancer } from "../load-balancer.ts";
import { freePort, groupOf, nodeOf, targetOf } from "./nodes.ts";
import { closeAll, startTarget, type Target } from "./targets.ts";

/** A balancer with two targets, for the tests of a part of the suite. */
export interface Setting {
  readonly balancer: BalancerUnderTest;
  /** The port of its listener. */
  readonly port: number;
  readonly one: Target;
  readonly two: Target;
  readonly groupOne: TargetGroupSpec;
  readonly groupTwo: TargetGroupSpec;
  /** Applies a node with both groups, and waits until all its targets are healthy. */
  use(parts: Partial<LoadBalancerNode>): Promise<void>;
}

export function prepare(start: StartBalancer): () => Setting {
  let setting: Setting | undefined;
  before(async () => {
    const balancer = await start();
    const [one, two] = [await startTarget("one"), await startTarget("two")];
    const [groupOne, groupTwo] = [groupOf("one", [targetOf(one.port)]), groupOf("two", [targetOf(two.port)])];
    const use = async (parts: Partial<LoadBalancerNode>) => {
      const node = nodeOf({ targetGroups: [groupOne, groupTwo], ...parts });
      await balancer.apply(node);
      const count = node.targetGroups.flatMap((group) => group.targets.filter(({ draining }) => !draining)).length;
      await balancer.untilHealth((all) => all.length === count && all.every(({ state }) => state === "healthy"));
    };
    setting = { balancer, port: await freePort(), one, two, groupOne, groupTwo, use };
  });
  after(async () => {
    await setting?.balancer.close();
    await closeAll();
  });
  return () => setting!;
}
