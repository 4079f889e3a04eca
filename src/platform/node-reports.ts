import type { LoadBalancingEndpoint } from "#kernel/load-balancing.ts";

/** What hosts' nodes say comes to whom they belong: the proxies of tasks are ECS's, all others are load balancers. */
export function nodeReports(
  balancers: LoadBalancingEndpoint,
  proxies: Pick<LoadBalancingEndpoint, "publishTraffic">,
): LoadBalancingEndpoint {
  return {
    publishTargetHealth: (message) => balancers.publishTargetHealth(message),
    submitNodeState: (message) => balancers.submitNodeState(message),
    publishHeldRequests: (message) => balancers.publishHeldRequests(message),
    publishAccess: (records) => balancers.publishAccess(records),
    publishTraffic: (message) => (message.taskArn === undefined ? balancers : proxies).publishTraffic(message),
  };
}
