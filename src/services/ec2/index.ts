import type { HostNetworkSpec } from "#kernel/agent-protocol.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { ec2Authorization } from "./authorization.ts";
import { networkController } from "./controllers/network/controller.ts";
import {
  addresses,
  defaultVpcMarks,
  dhcpOptions,
  elasticAddresses,
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  publicAddresses,
  routeTables,
  securityGroupNames,
  securityGroups,
  subnetRouteTables,
  subnets,
  vpcInternetGateways,
  vpcs,
} from "./model.ts";
import { operations } from "./operations/index.ts";

export const collections = [
  addresses,
  defaultVpcMarks,
  dhcpOptions,
  elasticAddresses,
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  publicAddresses,
  routeTables,
  securityGroupNames,
  securityGroups,
  subnetRouteTables,
  subnets,
  vpcInternetGateways,
  vpcs,
] as const;

/** Amazon EC2: VPCs and what is in them. `publishNetwork` is given the hosts' networks whenever they change. */
export function createEc2(ports: { readonly publishNetwork: (spec: HostNetworkSpec) => void }): ServiceModule {
  return {
    name: "ec2",
    operations,
    controllers: [networkController(ports.publishNetwork)],
    collections,
    authorization: ec2Authorization,
  };
}
