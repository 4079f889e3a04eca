import type { Operations } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { collections } from "#services/ec2/index.ts";
import { operations } from "#services/ec2/operations/index.ts";
import { type TestWorld, testWorld } from "./context.ts";

export interface Ec2World extends TestWorld {
  /** Runs an operation as the gateway does. */
  ec2<N extends keyof typeof operations>(
    name: N,
    input?: Partial<Operations[N]["input"]>,
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
}

/** For tests: EC2's operations on the real store in memory. */
export async function ec2World(): Promise<Ec2World> {
  const world = await testWorld({ collections });
  return {
    ...world,
    ec2: (name, input = {}, overrides) => world.call(operations, name, input as never, overrides) as never,
  };
}

/** The id of the account's default VPC. */
export async function defaultVpcId(world: Ec2World): Promise<string> {
  const { Vpcs } = await world.ec2("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] });
  return Vpcs![0]!.VpcId!;
}

/** A VPC of 10.0.0.0/16 with a subnet of 10.0.0.0/24. */
export async function ownVpc(world: Ec2World): Promise<{ readonly vpcId: string; readonly subnetId: string }> {
  const vpc = await world.ec2("CreateVpc", { CidrBlock: "10.0.0.0/16" });
  const vpcId = vpc.Vpc!.VpcId!;
  const subnet = await world.ec2("CreateSubnet", { VpcId: vpcId, CidrBlock: "10.0.0.0/24" });
  return { vpcId, subnetId: subnet.Subnet!.SubnetId! };
}
