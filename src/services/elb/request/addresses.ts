import type { LoadBalancerAddress } from "#generated/elbv2/types.ts";
import type { LoadBalancerZone } from "../model.ts";

/** The addresses of a node that the load balancer's owner has chosen; others are not shown, as at AWS. */
export function addressesOf({ privateIPv4Address }: LoadBalancerZone): LoadBalancerAddress[] {
  return privateIPv4Address === undefined ? [] : [{ PrivateIPv4Address: privateIPv4Address }];
}
