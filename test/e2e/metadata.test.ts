import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { sharePlatform } from "../support/shared-platform.ts";
import {
  cluster,
  logLines,
  register,
  running,
  runTasks,
  runToEnd,
  shell,
  stopped,
  untilTold,
} from "../support/tasks.ts";

/** What a task learns about itself from inside: variables, files, the metadata endpoint, the platform's endpoint. */

const shared = await sharePlatform();

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes
type Document = any;

/** Prints one line for each path below the metadata address, as soon as it is answered. */
const ask = (variable: string, paths: readonly string[]) =>
  paths
    .map((path) => `until wget -q -O /tmp/answer $${variable}${path} 2>/dev/null; do sleep 0.2; done`)
    .map((got) => `${got}; cat /tmp/answer; echo`)
    .join("; ");

describe("a task on the inside", { skip: shared.skip, concurrency: 4 }, () => {
  test("asks the metadata endpoint v2, which knows each task by its address", async () => {
    const { clients } = shared;
    const script = `V2=http://169.254.170.2/v2; ${ask("V2", ["/metadata", "/metadataWithTags", "/stats"])}`;
    const definition = await register(clients, "metadata-v2", [shell("app", script)]);
    const both = await Promise.all([runToEnd(clients, definition), runToEnd(clients, definition)]);
    for (const { task, lines } of both) {
      const [own, tagged, stats] = lines.map((line): Document => JSON.parse(line));
      assert.deepEqual([own.TaskARN, tagged.TaskARN], [task.taskArn, task.taskArn]);
      assert.deepEqual(Object.keys(stats), [task.containers![0]!.runtimeId]);
    }
  });

  for (const [version, variable] of [
    ["v3", "ECS_CONTAINER_METADATA_URI"],
    ["v4", "ECS_CONTAINER_METADATA_URI_V4"],
  ] as const) {
    test(`asks the metadata endpoint ${version}`, async () => {
      const { clients } = shared;
      // A process may ask before the agent has been told that it runs, and the other one, and so the task.
      const known = `wget -q -O - $${variable}/task | grep -o '"KnownStatus":"RUNNING"' | wc -l`;
      const asRunning = `until [ $(${known}) = 3 ]; do sleep 0.1; done; `;
      const script = asRunning + ask(variable, ["", "/task", "/taskWithTags", "/stats", "/task/stats"]);
      const definition = await register(
        clients,
        `metadata-${version}`,
        [shell("app", script, { dockerLabels: { mine: "1" } }), shell("other", untilTold, { essential: false })],
        { tags: [{ key: "team", value: "a" }] },
      );
      const { task, lines } = await runToEnd(clients, definition, { propagateTags: "TASK_DEFINITION" });
      assert.equal(lines.length, 5, lines.join("\n"));
      const [own, all, tagged, stats, allStats] = lines.map((line): Document => JSON.parse(line));
      const runtimeId = (name: string) => task.containers!.find((container) => container.name === name)!.runtimeId!;
      const address = task.containers![0]!.networkInterfaces![0]!.privateIpv4Address;

      assert.equal(own.DockerId, runtimeId("app"));
      assert.equal(own.Name, "app");
      assert.equal(own.KnownStatus, "RUNNING");
      assert.equal(own.Labels.mine, "1");
      assert.equal(own.Labels["com.amazonaws.ecs.task-arn"], task.taskArn);
      assert.deepEqual(own.Networks[0].IPv4Addresses, [address]);
      assert.equal(own.Networks[0].NetworkMode, "awsvpc");

      assert.equal(all.Cluster, task.clusterArn);
      assert.equal(all.TaskARN, task.taskArn);
      assert.equal(all.Family, `metadata-${version}`);
      assert.equal(all.Revision, "1");
      assert.equal(all.AvailabilityZone, task.availabilityZone);
      assert.deepEqual(all.Limits, { CPU: 0.25, Memory: 512 });
      assert.deepEqual(all.Containers.map((container: Document) => container.Name).sort(), ["app", "other"]);
      assert.equal(all.TaskTags, undefined);
      assert.deepEqual(tagged.TaskTags, { team: "a" });

      assert.ok(stats.memory_stats.usage > 0, JSON.stringify(stats));
      assert.ok(stats.cpu_stats.cpu_usage.total_usage > 0);
      assert.deepEqual(Object.keys(allStats).sort(), [runtimeId("app"), runtimeId("other")].sort());
      if (version === "v3") return;
      assert.equal(own.ContainerARN, task.containers!.find(({ name }) => name === "app")!.containerArn);
      assert.equal(own.LogDriver, "awslogs");
      const details = new Map(task.attachments![0]!.details!.map(({ name, value }) => [name, value]));
      assert.equal(own.Networks[0].MACAddress, details.get("macAddress"));
      assert.equal(own.Networks[0].PrivateDNSName, details.get("privateDnsName"));
      assert.equal(all.LaunchType, "FARGATE");
      assert.equal(typeof stats.networks.eth0?.rx_bytes, "number", JSON.stringify(stats.networks));
    });
  }

  test("is told nothing of other tasks", async () => {
    const script =
      "wget -q -O - http://169.254.170.2/v4/00000000-0000-0000-0000-000000000000/task 2>/dev/null || echo refused";
    const { lines } = await runToEnd(
      shared.clients,
      await register(shared.clients, "stranger", [shell("app", script)]),
    );
    assert.deepEqual(lines, ["refused"]);
  });

  test("finds its own name and address in its files", async () => {
    const script =
      "cat /etc/hosts; echo; cat /etc/resolv.conf; hostname; hostname -i; nslookup $(hostname) | tail -n 3";
    const { task, lines } = await runToEnd(
      shared.clients,
      await register(shared.clients, "files", [shell("app", script)]),
    );
    const address = task.containers![0]!.networkInterfaces![0]!.privateIpv4Address!;
    const name = `ip-${address.replaceAll(".", "-")}.ec2.internal`;
    const text = lines.join("\n");
    assert.match(text, /^127\.0\.0\.1 localhost$/m);
    assert.match(text, new RegExp(`^${address.replaceAll(".", "\\.")} ${name}`, "m"));
    assert.match(text, /^nameserver 172\.31\.0\.2$/m);
    assert.match(text, /^search ec2\.internal$/m);
    assert.ok(lines.includes(address), text);
  });

  test("without a way out still reaches the platform's own endpoint, and nothing beyond", async () => {
    const script = [
      "wget -q -O - $AWS_ENDPOINT_URL/_estiva/health",
      "nc -w 2 192.0.2.1 80 </dev/null 2>/dev/null && echo out || echo no way out",
    ].join("; ");
    const definition = await register(shared.clients, "endpoint", [shell("app", script)]);
    const { lines } = await runToEnd(shared.clients, definition, await privately());
    assert.equal(JSON.parse(lines[0]!).status, "ok");
    assert.deepEqual(lines.slice(1), ["no way out"]);
  });

  test("reaches another task by its address and by its name", async () => {
    const { clients } = shared;
    const server = await register(clients, "server", [
      shell("app", `mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; ${untilTold}`, {
        portMappings: [{ containerPort: 8080 }],
      }),
    ]);
    const [started] = await runTasks(clients, server);
    const task = await running(clients, started!.taskArn!);
    const address = task.containers![0]!.networkInterfaces![0]!.privateIpv4Address!;
    const name = task.attachments![0]!.details!.find((detail) => detail.name === "privateDnsName")!.value!;
    const call = (host: string) => `until wget -q -O - http://${host}:8080/; do sleep 0.2; done 2>/dev/null`;
    const client = await register(clients, "client", [shell("app", `${call(address)}; ${call(name)}`)]);
    const { lines } = await runToEnd(clients, client, await privately());
    assert.deepEqual(lines, ["hello", "hello"], (await logLines(clients, task, "app")).join("\n"));
    await clients.ecs.send(new StopTaskCommand({ cluster, task: task.taskArn! }));
    await stopped(clients, task.taskArn!);
  });
});

/** A task of the default VPC with no public address. */
async function privately() {
  const { Subnets } = await shared.clients.ec2.send(new DescribeSubnetsCommand({}));
  const subnets = [Subnets![0]!.SubnetId!];
  return { networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "DISABLED" as const } } };
}
