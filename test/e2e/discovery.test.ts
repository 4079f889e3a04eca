import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CreateSubnetCommand, CreateVpcCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { discovery, discoveryDone } from "../support/discovery-client.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, describe as describeTask, register, runToEnd, shell, untilTold } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Tasks find each other by name in their VPC, and only there. */

const zone = "example.internal";
const shared = await sharePlatform();

/** What a program in a task finds under a name. */
const find = (name: string, type = "a") =>
  `nslookup -type=${type} ${name} | grep -v ':53$' | grep -i 'addr\\|service ='`;

/** Asked once more when no answer came: programs wait five seconds for one. */
const surely = (question: string) => `until ${question}; do sleep 0.2; done`;

describe("service discovery", { skip: shared.skip }, () => {
  let registryArn: string;
  let serviceId: string;
  let subnet: string;
  /** Tasks of the service `web`, by the addresses under which they are to be found. */
  const addresses = async () => {
    const { taskArns } = await shared.clients.ecs.send(new ListTasksCommand({ cluster, serviceName: "web" }));
    const tasks = await Promise.all(taskArns!.map((arn) => describeTask(shared.clients, arn)));
    const running = tasks.filter(
      ({ lastStatus, desiredStatus }) => `${lastStatus}${desiredStatus}` === "RUNNINGRUNNING",
    );
    return running.map(({ containers }) => containers![0]!.networkInterfaces![0]!.privateIpv4Address!).toSorted();
  };
  const registered = async () => {
    const { Instances } = await discovery(shared.platform, "ListInstances", { ServiceId: serviceId });
    return Instances!.map(({ Attributes }) => Attributes!.AWS_INSTANCE_IPV4!).toSorted();
  };
  /** Resolves with what is registered, once there are so many instances, and they are the tasks that run. */
  const untilRegistered = async (count: number) => {
    const look = async () => ({ found: await registered(), running: await addresses() });
    const { found } = await until(
      `${count} instances`,
      look,
      (seen) => seen.found.length === count && `${seen.found}` === `${seen.running}`,
    );
    return found;
  };
  /** The lines that a task with this script writes, in the default VPC or in another one's subnet. */
  const ask = async (family: string, script: string, at = subnet) => {
    const definition = await register(shared.clients, family, [shell("app", script)]);
    const awsvpcConfiguration = { subnets: [at] };
    const { lines } = await runToEnd(shared.clients, definition, { networkConfiguration: { awsvpcConfiguration } });
    return lines;
  };
  const found = (lines: readonly string[]) =>
    lines.flatMap((line) => /^Address: (\S+)$/.exec(line)?.[1] ?? []).toSorted();

  test("the tasks of a service are found by name and reached", async () => {
    const { platform, clients } = shared;
    const { Subnets } = await clients.ec2.send(new DescribeSubnetsCommand({}));
    subnet = Subnets![0]!.SubnetId!;
    const input = { Name: zone, Vpc: Subnets![0]!.VpcId! };
    const { Targets } = await discoveryDone(platform, "CreatePrivateDnsNamespace", input);
    const { Service } = await discovery(platform, "CreateService", {
      ...{ Name: "web", NamespaceId: Targets!.NAMESPACE!, HealthCheckCustomConfig: {} },
      DnsConfig: {
        DnsRecords: [
          { Type: "A", TTL: 5 },
          { Type: "SRV", TTL: 5 },
        ],
      },
    });
    [registryArn, serviceId] = [Service!.Arn!, Service!.Id!];
    const serve = `mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; ${untilTold}`;
    const taskDefinition = await register(clients, "web", [shell("app", serve)]);
    await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    await clients.ecs.send(
      new CreateServiceCommand({
        ...{ cluster, serviceName: "web", taskDefinition, desiredCount: 2, launchType: "FARGATE" },
        networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
        serviceRegistries: [{ registryArn, port: 8080 }],
      }),
    );
    const running = await untilRegistered(2);
    const host = `host=\${AWS_ENDPOINT_URL#http://}; host=data-\${host%:*}`;
    const lines = await ask(
      "find",
      [
        surely(find(`web.${zone}`)),
        surely(find(`web.${zone}`, "srv")),
        surely(`wget -q -O - http://web.${zone}:8080/`),
        surely(`nslookup -type=a none.${zone} | grep -o NXDOMAIN`),
        `${host}; ${surely(`nslookup -type=a $host | grep -q "^Address: \${host#data-}$"`)}; echo 1`,
      ].join("; "),
    );
    assert.deepEqual(found(lines), running, lines.join("\n"));
    assert.equal(
      lines.filter((line) => /service = 1 1 8080 [0-9a-f]{32}\.web\./.test(line)).length,
      2,
      lines.join("\n"),
    );
    assert.deepEqual(lines.slice(-3), ["hello", "NXDOMAIN", "1"]);
  });

  test("another VPC does not know the name", async () => {
    const { clients } = shared;
    const { Vpc } = await clients.ec2.send(new CreateVpcCommand({ CidrBlock: "10.77.0.0/16" }));
    const cidr = { VpcId: Vpc!.VpcId!, CidrBlock: "10.77.1.0/24" };
    const { Subnet } = await clients.ec2.send(new CreateSubnetCommand(cidr));
    const lines = await ask("stranger", `${find(`web.${zone}`)}; echo asked`, Subnet!.SubnetId!);
    assert.deepEqual([found(lines), lines.at(-1)], [[], "asked"]);
  });

  test("names follow the tasks over a crash of the platform", async () => {
    const { platform, clients } = shared;
    await platform.kill();
    await platform.start();
    const before = await untilRegistered(2);
    assert.deepEqual(found(await ask("after-crash", surely(find(`web.${zone}`)))), before);
    const { taskArns } = await clients.ecs.send(new ListTasksCommand({ cluster, serviceName: "web" }));
    await clients.ecs.send(new StopTaskCommand({ cluster, task: taskArns![0]! }));
    await platform.kill();
    await platform.start();
    const after = await untilRegistered(2);
    assert.notDeepEqual(after, before);
    assert.deepEqual(found(await ask("after-stop", surely(find(`web.${zone}`)))), after);
  });

  test("of a service that is gone nothing is left", async () => {
    const { platform, clients } = shared;
    await clients.ecs.send(new UpdateServiceCommand({ cluster, service: "web", desiredCount: 1 }));
    await untilRegistered(1);
    await clients.ecs.send(new DeleteServiceCommand({ cluster, service: "web", force: true }));
    await untilRegistered(0);
    const lines = await ask("gone", surely(`nslookup -type=a web.${zone} | grep -o NXDOMAIN`));
    assert.equal(lines[0], "NXDOMAIN");
    await discovery(platform, "DeleteService", { Id: serviceId });
  });
});
