import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServicesCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import { textsOf } from "#cli/client.ts";
import { elbClient } from "./elb-client.ts";
import type { SharedPlatform } from "./shared-platform.ts";
import { cluster, register, running, runTasks, shell, untilTold } from "./tasks.ts";
import { until } from "./until.ts";
import { type Ask, startVpcClient, type VpcClient } from "./vpc-client.ts";

/** Of the containers of services. */
export const webPort = 8080;

/** A web server that says which version it is. */
export const webServer = (version: string) =>
  shell("web", `mkdir /www; echo ${version} > /www/index.html; exec httpd -f -p ${webPort} -h /www`, {
    portMappings: [{ containerPort: webPort }],
  });

/** Asks every node again and again, each time in a connection of its own. */
export function steadyLoad(ask: Ask, nodes: readonly string[]) {
  const failures: string[] = [];
  const bodies = new Map<string, number>();
  let asking = true;
  const done = Promise.all(
    nodes.map(async (host) => {
      while (asking) {
        const { status, body } = await ask(host).catch((error: Error) => ({ status: 0, body: error.message }));
        if (status !== 200) failures.push(`${status} ${body}`);
        else bodies.set(body, (bodies.get(body) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
  return {
    async end() {
      asking = false;
      await done;
      return { failures, bodies };
    },
  };
}

export interface Balanced {
  readonly loadBalancer: string;
  readonly listener: string;
  readonly group: string;
  /** The addresses of its nodes. */
  readonly nodes: readonly string[];
  readonly subnets: readonly string[];
  readonly securityGroup: string;
}

/** ECS services behind load balancers, on a platform that the tests of a file share. */
export function balancedServices(shared: SharedPlatform) {
  return {
    /** An active load balancer with a listener at port 80 and an empty target group. */
    balance: (name: string, targetType?: TargetType) => balance(shared, name, targetType),
    clientInVpc: () => clientInVpc(shared),
    /** Who asks from the network of a client in the VPC, until the test ends. */
    async vpcClient(t: TestContext): Promise<VpcClient> {
      const client = await startVpcClient(await clientInVpc(shared));
      t.after(() => client.end());
      return client;
    },
    newGroup: (name: string, vpcId: string) => newGroup(shared, name, vpcId),
    described: (service: string) => described(shared, service),
    /** Resolves when the latest deployment is complete and no other is left. */
    stable: (service: string) => stable(shared, service),
    /** Makes a service of two tasks, and waits until it is stable. */
    serve: (service: string, taskDefinition: string, balanced: Balanced, fields?: Partial<CreateServiceCommandInput>) =>
      serve(shared, service, taskDefinition, balanced, fields),
  };
}

type TargetType = "ip" | "instance";

async function balance(shared: SharedPlatform, name: string, targetType?: TargetType): Promise<Balanced> {
  const { ec2 } = shared.clients;
  const elb = elbClient(shared.platform);
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const VpcId = Subnets![0]!.VpcId!;
  const subnets = Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!);
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId }));
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpProtocol: "tcp",
      FromPort: 80,
      ToPort: webPort,
      CidrIp: "0.0.0.0/0",
    }),
  );
  const SecurityGroups = [GroupId!];
  const made = await elb("CreateLoadBalancer", { Name: name, Subnets: subnets, SecurityGroups });
  const loadBalancer = textsOf(made, "LoadBalancerArn")[0]!;
  const group = await newGroup(shared, name, VpcId, targetType);
  const listening = await elb("CreateListener", {
    ...{ LoadBalancerArn: loadBalancer, Protocol: "HTTP", Port: 80 },
    DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
  });
  const listener = textsOf(listening, "ListenerArn")[0]!;
  await until("the load balancer", async () => {
    const shown = await elb("DescribeLoadBalancers", { Names: [name] });
    const [code] = textsOf(shown, "Code");
    assert.notEqual(code, "failed", shown);
    return code === "active" ? code : undefined;
  });
  const { NetworkInterfaces } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "group-id", Values: SecurityGroups }] }),
  );
  const nodes = NetworkInterfaces!.map(({ PrivateIpAddress }) => PrivateIpAddress!);
  return { loadBalancer, listener, group, nodes, subnets, securityGroup: GroupId! };
}

/**
 * The process of a task of nobody's: who asks from its network is a client in the VPC. This machine's own way to a VPC
 * is lost while another platform here has one with the same addresses.
 */
async function clientInVpc(shared: SharedPlatform): Promise<number> {
  const [task] = await runTasks(shared.clients, await register(shared.clients, "client", [shell("app", untilTold)]));
  const { containers } = await running(shared.clients, task!.taskArn!);
  const { State } = await shared.engine.call("GET", `/containers/${containers![0]!.runtimeId}/json`);
  return State.Pid;
}

async function newGroup(
  shared: SharedPlatform,
  Name: string,
  VpcId: string,
  TargetType: TargetType = "ip",
): Promise<string> {
  const elb = elbClient(shared.platform);
  const made = await elb("CreateTargetGroup", {
    ...{ Name, Protocol: "HTTP", Port: webPort, VpcId, TargetType, HealthCheckIntervalSeconds: 5 },
    ...{ HealthCheckTimeoutSeconds: 4, HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 },
  });
  const TargetGroupArn = textsOf(made, "TargetGroupArn")[0]!;
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "2" }];
  await elb("ModifyTargetGroupAttributes", { TargetGroupArn, Attributes });
  return TargetGroupArn;
}

async function described(shared: SharedPlatform, service: string): Promise<Service> {
  const { services } = await shared.clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return services![0]!;
}

function stable(shared: SharedPlatform, name: string): Promise<Service> {
  return until(`the service ${name}`, async () => {
    const service = await described(shared, name);
    const [primary] = service.deployments!;
    const isSteady = service.deployments!.length === 1 && primary!.rolloutState === "COMPLETED";
    return isSteady && service.runningCount === service.desiredCount ? service : undefined;
  });
}

async function serve(
  shared: SharedPlatform,
  serviceName: string,
  taskDefinition: string,
  { group, subnets, securityGroup }: Balanced,
  fields: Partial<CreateServiceCommandInput> = {},
) {
  const { ecs } = shared.clients;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const awsvpcConfiguration = { subnets: [...subnets], securityGroups: [securityGroup] };
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster, serviceName, taskDefinition, desiredCount: 2, launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration },
      loadBalancers: [{ targetGroupArn: group, containerName: "web", containerPort: webPort }],
      ...fields,
    }),
  );
  return stable(shared, serviceName);
}
