import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceConnectConfiguration } from "#generated/ecs/types.ts";
import { instances, namespaces } from "#services/discovery/model.ts";
import { operations as discovery } from "#services/discovery/operations/index.ts";
import { connectWorld, connectServer as server } from "../../../../test/support/connect-world.ts";
import { isFault } from "../../../../test/support/context.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import { boundPortOf, loopbacksOf } from "../connect/endpoints.ts";
import { hasProxies } from "../controllers/connect/proxies.ts";
import { taskController } from "../controllers/task/controller.ts";
import { changeTask, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

describe("Service Connect", () => {
  test("only tasks that have it have proxies", async () => {
    const { create, run, store } = await connectWorld();
    await create("plain", { enabled: false });
    await run();
    assert.deepEqual([store.view(tasks).size, hasProxies(store)], [1, false]);
    await create("client", { enabled: true });
    await run();
    assert.deepEqual([store.view(tasks).size, hasProxies(store)], [2, true]);
  });

  test("tasks of a namespace have a proxy that reaches its services by name", async () => {
    const { create, run, published, registries, store } = await connectWorld();
    await create("server", server);
    await run();
    await create("client", { enabled: true });
    await run();
    assert.deepEqual(
      registries()
        .map(({ name, type, tags }) => [name, type, tags])
        .toSorted(),
      [
        ["api", "HTTP", { AmazonECSManaged: "true" }],
        ["db", "HTTP", { AmazonECSManaged: "true" }],
      ],
    );
    const client = [...store.view(tasks).all()].find(({ value }) => value.service!.serviceName === "client")!.value;
    const hosts = client.serviceConnect!.hosts;
    assert.deepEqual(hosts.map(({ hostname }) => hostname).toSorted(), ["api", "db.internal"]);
    assert.ok(hosts.every(({ ipAddress }) => /^127\.(12[89]|1[3-9]\d|2\d\d)\./.test(ipAddress)));
    const node = published.at(-1)!.find(({ taskArn }) => taskArn === client.taskArn)!;
    assert.deepEqual(
      // Where a container may listen at all addresses the proxy binds another port.
      node.listeners.map(({ address, port, boundPort, protocol }) => [address, port, boundPort, protocol]),
      [
        [hosts.find(({ hostname }) => hostname === "api")!.ipAddress, 80, 32_848, "HTTP"],
        [hosts.find(({ hostname }) => hostname === "db.internal")!.ipAddress, 5432, 38_200, "TCP"],
      ],
    );
    assert.deepEqual(
      node.targetGroups.map(({ targets, serverTimeoutSeconds }) => [
        targets.map(({ address, port }) => `${address}:${port}`),
        serverTimeoutSeconds,
      ]),
      [
        [["10.0.0.0:8080"], 15],
        [["10.0.0.0:15432"], 60],
      ],
    );
    // The server's own proxy takes in what comes to the overridden port.
    const [inward] = published.at(-1)!.find(({ taskArn }) => taskArn !== client.taskArn)!.listeners;
    assert.deepEqual([inward!.address, inward!.port, inward!.protocol], ["0.0.0.0", 15_432, "TCP"]);
  });

  test("two names whose addresses would be the same are both reached", async () => {
    const { create, run, published, store } = await connectWorld();
    const names = ["a1367", "a5309"];
    const alone = names.flatMap((name) => [...loopbacksOf([name]).values()]);
    assert.equal(alone[0], alone[1]);
    for (const [i, dnsName] of names.entries()) {
      const endpoint = { portName: i === 0 ? "http" : "db", clientAliases: [{ port: 80, dnsName }] };
      await create(dnsName, { enabled: true, services: [endpoint] });
    }
    await create("client", { enabled: true });
    await run();
    const client = [...store.view(tasks).all()].find(({ value }) => value.service!.serviceName === "client")!.value;
    const addresses = client.serviceConnect!.hosts.map(({ ipAddress }) => ipAddress);
    assert.equal(new Set(addresses).size, 2);
    const node = published.at(-1)!.find(({ taskArn }) => taskArn === client.taskArn)!;
    assert.deepEqual(node.listeners.map(({ address }) => address).toSorted(), addresses.toSorted());
  });

  test("each port has another one that proxies bind for it", () => {
    const ports = Array.from({ length: 65_535 }, (_, i) => i + 1);
    const bound = new Set(ports.map(boundPortOf));
    assert.equal(bound.size, ports.length);
    assert.ok([...bound].every((port) => port >= 1 && port <= 65_535));
    assert.ok(ports.every((port) => boundPortOf(port) !== port));
  });

  test("the shorter timeout counts, and 0 is none", async () => {
    const day = 86_400;
    const cases = [
      ["http", {}, [300, 15, 300]],
      ["http", { idleTimeoutSeconds: 600 }, [600, 15, 600]],
      ["http", { perRequestTimeoutSeconds: 20 }, [300, 20, 300]],
      ["http", { idleTimeoutSeconds: 10, perRequestTimeoutSeconds: 20 }, [10, 10, 10]],
      ["http", { perRequestTimeoutSeconds: 0 }, [300, 300, 300]],
      ["http", { idleTimeoutSeconds: 0 }, [24 * day, 15, 24 * day]],
      ["http", { idleTimeoutSeconds: 2_147_483_647, perRequestTimeoutSeconds: 0 }, [24 * day, 24 * day, 24 * day]],
      ["db", {}, [3600, 3600, 3600]],
      ["db", { idleTimeoutSeconds: 0 }, [24 * day, 24 * day, 24 * day]],
    ] as const;
    for (const [portName, timeout, expected] of cases) {
      const { create, run, published } = await connectWorld();
      await create("server", { enabled: true, services: [{ portName, timeout }] });
      await run();
      await create("client", { enabled: true });
      await run();
      const node = published.at(-1)!.find(({ listeners }) => listeners.length > 0)!;
      const [[listener], [group]] = [node.listeners, node.targetGroups];
      const found = [listener!.idleTimeoutSeconds, group!.serverTimeoutSeconds, group!.tunnelTimeoutSeconds];
      assert.deepEqual(found, expected, JSON.stringify(timeout));
    }
  });

  test("a task that others reach by a name is stopped two seconds after it has left it, others at once", async () => {
    const world = await connectWorld();
    const { create, run, call, settle, store, clock } = world;
    await create("server", server);
    await run();
    await create("client", { enabled: true });
    await run();
    const now = (name: string) =>
      [...store.view(tasks).all()].find(({ value }) => value.service!.serviceName === name)!;
    const { taskArn } = now("server").value;
    for (const task of [taskArn, now("client").value.taskArn])
      await call(operations, "StopTask", { cluster: "web", task });
    const areStopped = async () => {
      await settle();
      await reconcileAll(world, taskController, tasks);
      return ["server", "client"].map((name) => !["RUNNING", "DEACTIVATING"].includes(now(name).value.lastStatus));
    };
    await areStopped();
    assert.deepEqual(await areStopped(), [false, true]);
    // The proxies of others send nothing new, and let go on what there is until it has ended.
    await settle();
    const behind = () =>
      world.published
        .at(-1)!
        .flatMap(({ targetGroups }) =>
          targetGroups.flatMap(({ targetGroupArn, targets }) =>
            targetGroupArn.endsWith("ingress") ? [] : targets.map(({ draining, port }) => [port, draining]),
          ),
        );
    const both = [
      [8080, true],
      [15_432, true],
    ];
    assert.deepEqual(behind().slice(0, 2), both);
    await clock.advance(1999);
    assert.deepEqual(await areStopped(), [false, true]);
    await clock.advance(1);
    assert.deepEqual(await areStopped(), [true, true]);
  });

  test("a deployment shows it, an update without it leaves it, one that disables it ends it", async () => {
    const { create, call, run, settle, registries, store } = await connectWorld();
    await create("server", server);
    await run();
    const describeIt = async () =>
      (await call(operations, "DescribeServices", { cluster: "web", services: ["server"] })).services![0]!;
    const [deployment] = (await describeIt()).deployments!;
    assert.deepEqual(
      deployment!.serviceConnectResources!.map(({ discoveryName }) => discoveryName),
      ["api", "db"],
    );
    assert.match(deployment!.serviceConnectConfiguration!.namespace!, /^arn:aws:servicediscovery:.*:namespace\/ns-/);
    await call(operations, "UpdateService", { cluster: "web", service: "server", desiredCount: 2 });
    assert.equal((await describeIt()).deployments!.length, 1);
    const list = (namespace: string) => call(operations, "ListServicesByNamespace", { namespace });
    assert.equal((await list("internal")).serviceArns!.length, 1);
    await call(operations, "UpdateService", {
      ...{ cluster: "web", service: "server", serviceConnectConfiguration: { enabled: false } },
    });
    assert.deepEqual((await list("internal")).serviceArns, []);
    await assert.rejects(list("other"), isFault("NamespaceNotFoundException", /other was not found/));
    await call(operations, "DeleteService", { cluster: "web", service: "server", force: true });
    for (const { key, value } of [...store.view(tasks).all()]) {
      for (const lastStatus of ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] as const) {
        const now = changeTask(value, { lastStatus, desiredStatus: "STOPPED" });
        await store.as("ecs.task").commit({ put: [{ key, value: now }] });
      }
    }
    await settle();
    assert.deepEqual([...store.view(instances).all()], []);
    assert.deepEqual(registries(), []);
    assert.equal([...store.view(namespaces).all()][0]!.value.serviceCount, 0);
  });

  const awslogs = {
    logDriver: "awslogs",
    options: { "awslogs-group": "proxies", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "sc" },
  } as const;

  test("the proxy is told where its logs go, and how", async () => {
    const { create, run, published } = await connectWorld();
    const accessLogConfiguration = { format: "JSON", includeQueryParameters: "ENABLED" } as const;
    await create("server", { ...server, logConfiguration: awslogs, accessLogConfiguration });
    await run();
    const { logConfiguration, attributes } = published.at(-1)![0]!;
    assert.deepEqual(logConfiguration, awslogs);
    assert.deepEqual([attributes.accessLogs, attributes.connectLog], [true, { format: "JSON", includeQuery: true }]);
    await create("client", { enabled: true, logConfiguration: awslogs });
    await run();
    const client = published.at(-1)!.find(({ attributes }) => !attributes.accessLogs)!;
    assert.deepEqual([client.logConfiguration, client.attributes.connectLog], [awslogs, undefined]);
  });

  const refused: readonly [what: string, configuration: ServiceConnectConfiguration, code: string, message: RegExp][] =
    [
      [
        "a port that has no such name",
        { enabled: true, services: [{ portName: "nope" }] },
        "InvalidParameterException",
        /^portName\(nope\) does not refer to any named PortMapping in the Task Definition\.$/,
      ],
      [
        "a namespace that is not there",
        { enabled: true, namespace: "other" },
        "NamespaceNotFoundException",
        /other was not found/,
      ],
      [
        "a name that is used twice",
        { enabled: true, services: [{ portName: "http" }, { portName: "db", discoveryName: "http" }] },
        "InvalidParameterException",
        /discoveryName http is used more than once/,
      ],
      [
        "a request's timeout with TCP",
        { enabled: true, services: [{ portName: "db", timeout: { perRequestTimeoutSeconds: 1 } }] },
        "InvalidParameterException",
        /perRequestTimeout can only be set/,
      ],
      [
        "an access log without a log configuration",
        { enabled: true, accessLogConfiguration: { format: "TEXT" } },
        "InvalidParameterException",
        /^To enable access logs, you must also specify a logConfiguration/,
      ],
      [
        "a log driver that is not there",
        { enabled: true, logConfiguration: { logDriver: "splunk" } },
        "InvalidParameterException",
        /^Unsupported log driver 'splunk'/,
      ],
      [
        "logs without the prefix of a stream",
        {
          ...{ enabled: true },
          logConfiguration: {
            ...awslogs,
            options: { "awslogs-group": "proxies", "awslogs-region": "us-east-1" },
          },
        },
        "InvalidParameterException",
        /requires the option awslogs-stream-prefix/,
      ],
    ];
  for (const [what, configuration, code, message] of refused) {
    test(`${what} is refused`, async () => {
      const { create } = await connectWorld();
      await assert.rejects(create("x", configuration), isFault(code, message));
    });
  }

  test("a name that another service of the namespace has is refused", async () => {
    const { create, run } = await connectWorld();
    await create("server", server);
    await run();
    await assert.rejects(create("second", server), isFault("InvalidParameterException", /discoveryName api is in use/));
  });

  test("an existing namespace is taken as the cluster's default, and an empty one takes it away", async () => {
    const { call, store } = await connectWorld();
    await call(discovery, "CreateHttpNamespace", { Name: "mine" });
    const update = (namespace: string) =>
      call(operations, "UpdateCluster", { cluster: "web", serviceConnectDefaults: { namespace } });
    const mine = [...store.view(namespaces).all()].find(({ value }) => value.name === "mine")!.value;
    assert.match((await update("mine")).cluster!.serviceConnectDefaults!.namespace!, new RegExp(`${mine.id}$`));
    assert.equal((await update("")).cluster!.serviceConnectDefaults, undefined);
  });
});
