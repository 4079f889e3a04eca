import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeploymentConfiguration, ServiceConnectConfiguration } from "#generated/ecs/types.ts";
import { testAuthority } from "../../../../test/support/certificate-authority.ts";
import { connectServer, connectWorld } from "../../../../test/support/connect-world.ts";
import { isFault } from "../../../../test/support/context.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import { connectProxies } from "../controllers/connect/proxies.ts";
import { services } from "../model/service.ts";
import { serviceDeployments } from "../model/service-deployment.ts";
import { tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const withRules = (header?: { readonly name: string; readonly value?: { readonly exact: string } }) => ({
  ...connectServer,
  services: connectServer.services!.map(({ clientAliases, ...service }) => ({
    ...service,
    clientAliases: clientAliases!.map((alias) => ({
      ...alias,
      ...(service.portName === "http" && header && { testTrafficRules: { header } }),
    })),
  })),
});

/** A completed service behind a name, a client of it, and a new revision on its way. */
async function deploying(configuration: DeploymentConfiguration, connect: ServiceConnectConfiguration = connectServer) {
  const world = await connectWorld();
  const { create, run, call, clock, store, published } = world;
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, ...configuration } as const;
  await create("server", connect, { deploymentConfiguration });
  await run();
  await create("client", { enabled: true });
  const work = async () => {
    await run();
    await clock.advance(40_000);
  };
  for (let i = 0; i < 4; i++) await work();
  const all = () => [...store.view(tasks).all()].map(({ value }) => value);
  const blue = all().find(({ service }) => service!.serviceName === "server")!;
  const client = all().find(({ service }) => service!.serviceName === "client")!;
  await call(operations, "UpdateService", { cluster: "web", service: "server", forceNewDeployment: true });
  /** Which revision a port's requests go to, as its rules say: by their condition, with weights. */
  const routes = (port: number): string[] => {
    const node = published.at(-1)!.find(({ taskArn }) => taskArn === client.taskArn)!;
    const colors = (arn: string) => {
      const group = node.targetGroups.find(({ targetGroupArn }) => targetGroupArn === arn)!;
      const found = group.targets.map(({ targetKey }) => (targetKey === blue.id ? "blue" : "green"));
      return [...new Set(found)].toSorted().join("+") || "nobody";
    };
    return node.listeners
      .find((listener) => listener.port === port)!
      .rules.map(({ conditions, actions: [action] }) => {
        assert.ok(action?.type === "forward");
        const to = action.targetGroups.map(({ targetGroupArn, weight }) => `${weight / 10}% ${colors(targetGroupArn)}`);
        return `${conditions.length > 0 ? "test" : "all"}: ${to.join(", ")}`;
      });
  };
  /** Lets the deployment go on as far as it does, and says what was routed how on the way. */
  const follow = async (port: number): Promise<string[]> => {
    const seen: string[] = [];
    for (let i = 0; i < 20; i++) {
      await work();
      await reconcileAll(
        world,
        connectProxies((nodes) => published.push(nodes), testAuthority.openPrivateKey),
        services,
      );
      const now = routes(port).join("; ");
      if (seen.at(-1) !== now) seen.push(now);
    }
    return seen;
  };
  return { ...world, follow, routes, client };
}

test("test requests reach the new revision first, then all do", async () => {
  const { follow } = await deploying({});
  assert.deepEqual(await follow(80), [
    "all: 100% blue",
    "test: 100% green; all: 100% blue",
    "test: 100% green; all: 100% green",
  ]);
});

test("TCP is shifted too; a canary has its share", async () => {
  const canaryConfiguration = { canaryPercent: 10, canaryBakeTimeInMinutes: 1 };
  const { follow } = await deploying({ strategy: "CANARY", canaryConfiguration });
  assert.deepEqual(await follow(5432), ["all: 100% blue", "all: 90% blue, 10% green", "all: 100% green"]);
});

test("a rollback brings everything back to the old revision", async () => {
  const { follow, routes, call, store } = await deploying({ bakeTimeInMinutes: 60 });
  assert.equal((await follow(80)).at(-1), "test: 100% green; all: 100% green");
  const { serviceDeployments: found } = await call(operations, "ListServiceDeployments", {
    ...{ cluster: "web", service: "server", status: ["IN_PROGRESS"] },
  });
  const serviceDeploymentArn = found![0]!.serviceDeploymentArn!;
  await call(operations, "StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
  assert.equal((await follow(80)).at(-1), "all: 100% blue");
  assert.deepEqual(routes(5432), ["all: 100% blue"]);
  assert.ok([...store.view(serviceDeployments).all()].some(({ value }) => value.status === "ROLLBACK_IN_PROGRESS"));
});

test("the header of test requests is the one of the rules, or AWS's", async () => {
  const conditionOf = async (header?: Parameters<typeof withRules>[0]) => {
    const { follow, published, client } = await deploying({ bakeTimeInMinutes: 60 }, withRules(header));
    await follow(80);
    const node = published.at(-1)!.find(({ taskArn }) => taskArn === client.taskArn)!;
    return node.listeners.find(({ port }) => port === 80)!.rules[0]!.conditions;
  };
  const field = "http-header" as const;
  assert.deepEqual(await conditionOf(), [{ field, httpHeaderName: "x-amzn-ecs-blue-green-test", values: ["*"] }]);
  assert.deepEqual(await conditionOf({ name: "x-try", value: { exact: "a*b" } }), [
    { field, httpHeaderName: "x-try", values: [], exactValues: ["a*b"] },
  ]);
});

test("rules that no proxy can follow are refused", async () => {
  const { create } = await connectWorld();
  const alias = (testTrafficRules: object) => [{ port: 1, testTrafficRules }];
  const wrong = (portName: string, header: object) =>
    create("x", { enabled: true, services: [{ portName, clientAliases: alias({ header }) as never }] });
  await assert.rejects(wrong("db", { name: "a" }), isFault("InvalidParameterException", /the appProtocol isn't TCP/));
  await assert.rejects(wrong("http", { name: "a b" }), isFault("InvalidParameterException", /"a b" .* is not valid/));
  const lines = { name: "a", value: { exact: "b\nc" } };
  await assert.rejects(wrong("http", lines), isFault("InvalidParameterException", /control characters/));
});
