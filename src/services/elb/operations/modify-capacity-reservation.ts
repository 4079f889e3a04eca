import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, invalid, unsupported } from "../request/handler.ts";

export const ModifyCapacityReservation: ElbHandler<"ModifyCapacityReservation"> = async (input, ctx) => {
  requireLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.ResetCapacityReservation && input.MinimumLoadBalancerCapacity !== undefined) {
    throw invalid("You cannot specify both MinimumLoadBalancerCapacity and ResetCapacityReservation");
  }
  if (!input.ResetCapacityReservation) {
    throw unsupported("Capacity cannot be reserved: nodes have the capacity of their host.");
  }
  return { DecreaseRequestsRemaining: 0, CapacityReservationState: [] };
};
