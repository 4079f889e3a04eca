import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Client, createClient, textsOf } from "#cli/client.ts";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { until as untilSo } from "../../support/until.ts";
import { type WholePlatform, wholePlatform } from "../events/world.ts";

const run = promisify(execFile);

/** The waiters of services, as scripts use them. Each looks at once, and then every 15 seconds. */
describe("aws ecs wait", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: WholePlatform;
  let client: Client;
  before(async () => {
    platform = await wholePlatform();
    client = createClient(platform.connection);
    await client.ecs("CreateCluster", { clusterName: "web" });
    await client.ecs("RegisterTaskDefinition", {
      ...{ family: "app", networkMode: "awsvpc", cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"] },
      containerDefinitions: [{ name: "app", image: "fake/run-forever", essential: true }],
    });
  });
  after(async () => {
    client.close();
    await platform.close();
  });

  /** The exit code of the waiter, and what it says. */
  const wait = async (waiter: string, service: string): Promise<{ code: number; message: string }> => {
    const words = ["ecs", "wait", waiter, "--cluster", "web", "--services", service];
    return run("aws", words, { env: platform.env }).then(
      () => ({ code: 0, message: "" }),
      (error: { code: number; stderr: string }) => ({ code: error.code, message: error.stderr }),
    );
  };

  /** Looks until the service is so, that the waiter need not wait for its next look. */
  async function until(when: (service: { status: string; runningCount: number }) => boolean): Promise<void> {
    const look = async () => (await client.ecs("DescribeServices", { cluster: "web", services: ["app"] })).services![0];
    await untilSo(String(when), look, (found) => when(found as { status: string; runningCount: number }));
  }

  it("services-stable ends when as many tasks run as are wanted, of one deployment", async () => {
    const subnets = textsOf(await client.ec2("DescribeSubnets", {}), "subnetId");
    const networkConfiguration = { awsvpcConfiguration: { subnets } };
    const service = { serviceName: "app", taskDefinition: "app", desiredCount: 2, launchType: "FARGATE" } as const;
    await client.ecs("CreateService", { cluster: "web", ...service, networkConfiguration });
    await until(({ runningCount }) => runningCount === 2);
    assert.deepEqual(await wait("services-stable", "app"), { code: 0, message: "" });
  });

  it("services-inactive ends when a deleted service has no tasks left", async () => {
    await client.ecs("DeleteService", { cluster: "web", service: "app", force: true });
    await until(({ status }) => status === "INACTIVE");
    assert.deepEqual(await wait("services-inactive", "app"), { code: 0, message: "" });
  });

  it("services-stable fails at once for a service that was deleted, both for one that never was", async () => {
    const [inactive, missing, gone] = await Promise.all([
      wait("services-stable", "app"),
      wait("services-stable", "none"),
      wait("services-inactive", "none"),
    ]);
    for (const { code, message } of [inactive, missing, gone]) {
      assert.equal(code, 255);
      assert.match(message, /encountered a terminal failure state/);
    }
  });
});
