import { type Controller, watch } from "#kernel/controller.ts";
import type { Key, Store } from "#kernel/store.ts";
import {
  loadBalancersOf,
  nodes,
  placeOf,
  type TargetRecord,
  targetGroupPlace,
  targetHealthKey,
  targetKeyOf,
  targets,
} from "../../model.ts";
import type { PublishedVersions } from "../publication/controller.ts";

/** How much longer a target drains at most while a node does not follow what it was told. */
const mostLateMs = 30_000;

/**
 * Takes targets away when they have drained, and no node sends to them any more: after a restart of the platform the
 * delay may have passed before the nodes have heard of it.
 */
export function targetsController(versions: PublishedVersions): Controller {
  return {
    name: "elb.targets",
    watches: [
      watch(targets, ({ key, value }) => (value.drainUntil === undefined ? [] : [key])),
      watch(nodes, (_, store) =>
        store
          .view(targets)
          .by("draining", "yes")
          .map(({ key }) => key),
      ),
    ],
    async reconcile(key, { store, clock }) {
      const target = await store.get(key as Key<TargetRecord>);
      if (target.value?.drainUntil === undefined) return;
      const { drainUntil, targetGroupArn } = target.value;
      const now = clock.now();
      if (now < drainUntil) return { lookAgainAt: drainUntil };
      const latest = drainUntil + mostLateMs;
      if (now < latest && !doNodesFollow(store, targetGroupArn, versions)) return { lookAgainAt: latest };
      const health = targetHealthKey(targetGroupPlace(targetGroupArn)!, targetKeyOf(target.value));
      await store.commit({ unchanged: [target], remove: [target.key, health] });
    },
  };
}

/** Whether the nodes that send to a group do what they were told last. Those that have failed send nothing. */
function doNodesFollow(store: Store, targetGroupArn: string, versions: PublishedVersions): boolean {
  return loadBalancersOf(store, targetGroupArn).every((arn) =>
    store
      .view(nodes)
      .by("loadBalancer", placeOf(arn)!.id)
      .filter(({ value }) => value.removeAt === undefined && value.state !== "failed")
      .every(({ value }) => value.version !== undefined && value.version === versions.latest(value.nodeId)),
  );
}
