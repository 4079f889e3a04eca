import { type Client, createClient, untilAnswered } from "../ecs/client.ts";
import type { EcsPlane } from "../ecs/scenario.ts";
import { allowing } from "../ecs/users.ts";
import type { Simulation } from "../simulate.ts";

/** What services are put behind: a pair of target groups between which traffic can be shifted, and one more. */
export interface LoadBalancing {
  readonly blue: string;
  readonly green: string;
  readonly plain: string;
  readonly productionRule: string;
  readonly testRule: string;
}

/** A load balancer in two zones, which listens for production and for test traffic. */
export async function createLoadBalancer(
  sim: Simulation<EcsPlane>,
  vpcId: string,
  subnets: readonly string[],
): Promise<LoadBalancing> {
  const client = createClient(sim);
  const elb = (...request: Parameters<Client["elb"]>) => untilAnswered(sim, () => client.elb(...request));
  const made = await elb("CreateLoadBalancer", {
    Name: "web",
    ...{ "Subnets.member.1": subnets[0]!, "Subnets.member.2": subnets[1]! },
  });
  const LoadBalancerArn = textOf(made, "LoadBalancerArn");
  const createGroup = async (Name: string) => {
    const kind = { Protocol: "HTTP", Port: "80", TargetType: "ip", VpcId: vpcId, HealthCheckIntervalSeconds: "10" };
    const made = await elb("CreateTargetGroup", {
      Name,
      ...kind,
      UnhealthyThresholdCount: "2",
      HealthyThresholdCount: "2",
    });
    const TargetGroupArn = textOf(made, "TargetGroupArn");
    const seconds = String(Math.floor(60 * sim.random.float() ** 2));
    await elb("ModifyTargetGroupAttributes", {
      TargetGroupArn,
      ...{ "Attributes.member.1.Key": "deregistration_delay.timeout_seconds", "Attributes.member.1.Value": seconds },
    });
    return TargetGroupArn;
  };
  const [blue, green, plain] = [await createGroup("blue"), await createGroup("green"), await createGroup("plain")];
  const listen = async (Port: string) => {
    const defaults = { "DefaultActions.member.1.Type": "forward", "DefaultActions.member.1.TargetGroupArn": blue };
    const input = { LoadBalancerArn, Protocol: "HTTP", Port, ...defaults };
    await allowing(["DuplicateListener"], elb("CreateListener", input));
  };
  await listen("80");
  await listen("8080");
  const listeners = await elb("DescribeListeners", { LoadBalancerArn });
  const arnAt = (port: string) => {
    const at = listeners.split("<member>").find((part) => part.includes(`<Port>${port}</Port>`))!;
    return textOf(at, "ListenerArn");
  };
  const condition = { "Conditions.member.1.Field": "path-pattern", "Conditions.member.1.Values.member.1": "/plain" };
  const action = { "Actions.member.1.Type": "forward", "Actions.member.1.TargetGroupArn": plain };
  const rule = { ListenerArn: arnAt("80"), Priority: "1", ...condition, ...action };
  await allowing(["PriorityInUse"], elb("CreateRule", rule));
  const ruleOf = async (ListenerArn: string) => {
    const described = await elb("DescribeRules", { ListenerArn });
    return [...described.matchAll(/<RuleArn>([^<]*)</g)].map((match) => match[1]!).at(-1)!;
  };
  return {
    ...{ blue, green, plain },
    productionRule: await ruleOf(arnAt("80")),
    testRule: await ruleOf(arnAt("8080")),
  };
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)<`).exec(xml)![1]!;
}
