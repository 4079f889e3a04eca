import { silentLog } from "#kernel/controller.ts";
import type { LoadBalancerNode, LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import { acmCollections, createAcm } from "#services/acm/index.ts";
import { createEc2 } from "#services/ec2/index.ts";
import { createElb, elbCollections } from "#services/elb/index.ts";
import { type IdentityPlatform, identityPlatform } from "../iam/world.ts";

/** Load balancers, certificates and VPCs behind the gateway. Nodes do what they are told at once; all is healthy. */
export async function elbPlatform(): Promise<IdentityPlatform> {
  return identityPlatform([createEc2({ publishNetwork() {} })], {
    collections: [...elbCollections, ...acmCollections],
    make: ({ store, clock, box }) => {
      const elb = createElb({
        ...{ store, clock, box, log: silentLog },
        publishLoadBalancers: (nodes) => {
          for (const node of nodes) void follow(elb.endpoint, node, clock.now());
        },
        publishNames: () => {},
        metrics: { put: async () => {} },
        logs: { append: async () => {}, position: async () => undefined, ensureStream: async () => {} },
      });
      return [createAcm({ box }), elb.module];
    },
  });
}

async function follow(endpoint: LoadBalancingEndpoint, node: LoadBalancerNode, since: number): Promise<void> {
  const { nodeId, version, targetGroups } = node;
  await endpoint.submitNodeState({ nodeId, version, seqNum: 1, state: "active" });
  const targets = targetGroups.flatMap(({ targetGroupArn, targets: all }) =>
    all.map(({ targetKey }) => ({ targetGroupArn, targetKey, state: "healthy" as const, since })),
  );
  await endpoint.publishTargetHealth({ nodeId, targets });
}
