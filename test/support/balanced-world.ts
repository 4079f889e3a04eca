import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { subnets } from "#services/ec2/model.ts";
import { operations } from "#services/ecs/operations/index.ts";
import { ready } from "./ecs-services.ts";
import { elbOperations as elb, elbOn } from "./elb.ts";

/** The world of services with an application load balancer in it: production on port 80, tests on port 81. */
export async function balanced() {
  const found = await ready();
  const { world } = found;
  const lb = elbOn(world, createSecretBox(new Uint8Array(32), world.random));
  const own = [...world.store.view(subnets).all()].map(({ value }) => value);
  const { LoadBalancers } = await world.call(elb, "CreateLoadBalancer", {
    Name: "web",
    Subnets: own.map(({ subnetId }) => subnetId),
  });
  const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
  const group = async (Name: string, TargetType: "ip" | "instance" = "ip") => {
    const input = { Name, TargetType, Protocol: "HTTP", Port: 80, VpcId: own[0]!.vpcId } as const;
    return (await world.call(elb, "CreateTargetGroup", input)).TargetGroups![0]!.TargetGroupArn!;
  };
  const [blue, green] = [await group("blue"), await group("green")];
  const listen = async (Port: number) => {
    const { Listeners } = await world.call(elb, "CreateListener", {
      ...{ LoadBalancerArn, Port, Protocol: "HTTP" },
      DefaultActions: [{ Type: "forward", TargetGroupArn: blue }],
    });
    const ListenerArn = Listeners![0]!.ListenerArn!;
    return (await world.call(elb, "DescribeRules", { ListenerArn })).Rules![0]!.RuleArn!;
  };
  const [production, testing] = [await listen(80), await listen(81)];
  await world.call(operations, "RegisterTaskDefinition", {
    ...{ family: "web", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image: "app:1", portMappings: [{ containerPort: 80 }] }],
  });
  const balancer = { targetGroupArn: blue, containerName: "app", containerPort: 80 };
  const create = (fields: Partial<CreateServiceRequest> = {}) =>
    found.create({ taskDefinition: "web", loadBalancers: [balancer], ...fields });
  return { ...found, ...lb, create, balancer, blue, green, production, testing, group };
}

export type Balanced = Awaited<ReturnType<typeof balanced>>;
