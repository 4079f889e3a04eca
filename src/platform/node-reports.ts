import type { LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { ConnectIntake } from "#services/ecs/index.ts";

/** What hosts' nodes say comes to whom they belong: the proxies of tasks are ECS's, all others are load balancers. */
export function nodeReports(balancers: LoadBalancingEndpoint, proxies: ConnectIntake): LoadBalancingEndpoint {
  const ownerOf = ({ taskArn }: { readonly taskArn?: string }) => (taskArn === undefined ? balancers : proxies);
  return {
    publishTargetHealth: (message) => balancers.publishTargetHealth(message),
    submitNodeState: (message) => balancers.submitNodeState(message),
    publishHeldRequests: (message) => balancers.publishHeldRequests(message),
    publishTraffic: (message) => ownerOf(message).publishTraffic(message),
    async publishAccess(records) {
      for (const [owner, own] of Map.groupBy(records, ownerOf)) await owner.publishAccess(own);
    },
  };
}
