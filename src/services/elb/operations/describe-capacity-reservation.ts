import { requireLoadBalancer } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";

/** There are none: nodes have the capacity of their host. */
export const DescribeCapacityReservation: ElbHandler<"DescribeCapacityReservation"> = async (input, ctx) => {
  requireLoadBalancer(ctx, input.LoadBalancerArn);
  return { DecreaseRequestsRemaining: 0, CapacityReservationState: [] };
};
