import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { clusterController } from "../controllers/cluster/controller.ts";
import { ecsCollections } from "../index.ts";
import { clusterKey, taskKey } from "../model.ts";
import { aTask } from "../testing.ts";
import { operations } from "./index.ts";

const world = () => testWorld({ collections: ecsCollections, model: "ecs" });
const here = { account: "000000000000", region: "us-east-1" };
const arn = "arn:aws:ecs:us-east-1:000000000000:cluster/web";
const hour = 3_600_000;

test("a new cluster is answered as AWS does", async () => {
  const { call } = await world();
  assert.deepEqual(await call(operations, "CreateCluster", { clusterName: "web" }), {
    cluster: {
      clusterArn: arn,
      clusterName: "web",
      status: "ACTIVE",
      registeredContainerInstancesCount: 0,
      runningTasksCount: 0,
      pendingTasksCount: 0,
      activeServicesCount: 0,
      statistics: [],
      tags: [],
      settings: [{ name: "containerInsights", value: "disabled" }],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    },
  });
});

test("a cluster without a name is the default one, and is there once it has been made", async () => {
  const { call } = await world();
  const missing = await call(operations, "DescribeClusters", {});
  const defaultArn = "arn:aws:ecs:us-east-1:000000000000:cluster/default";
  assert.deepEqual(missing, { clusters: [], failures: [{ arn: defaultArn, reason: "MISSING" }] });
  await call(operations, "CreateCluster", {});
  const found = await call(operations, "DescribeClusters", {});
  assert.deepEqual(
    found.clusters?.map((cluster) => cluster.clusterArn),
    [defaultArn],
  );
});

test("making a cluster again gives the same one, unless other things are asked of it", async () => {
  const { call } = await world();
  const tags = [{ key: "team", value: "a" }];
  const first = await call(operations, "CreateCluster", { clusterName: "web", tags });
  assert.deepEqual(await call(operations, "CreateCluster", { clusterName: "web" }), first);
  assert.deepEqual(await call(operations, "CreateCluster", { clusterName: "web", tags }), first);
  await assert.rejects(
    call(operations, "CreateCluster", { clusterName: "web", tags: [{ key: "team", value: "b" }] }),
    isFault(
      "InvalidParameterException",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    ),
  );
});

test("every account and region is a world of its own", async () => {
  const { call } = await world();
  await call(operations, "CreateCluster", { clusterName: "web" });
  for (const other of [{ region: "eu-west-1" }, { account: "111111111111" }]) {
    assert.deepEqual((await call(operations, "ListClusters", {}, other)).clusterArns, []);
    const described = await call(operations, "DescribeClusters", { clusters: [arn] }, other);
    assert.deepEqual(described, { clusters: [], failures: [{ arn, reason: "MISSING" }] });
  }
  await call(operations, "CreateCluster", { clusterName: "web" }, { region: "eu-west-1" });
  const named = { clusters: [arn] };
  assert.deepEqual((await call(operations, "DescribeClusters", named, { region: "eu-west-1" })).clusters, []);
  await assert.rejects(
    call(operations, "DeleteCluster", { cluster: arn }, { region: "eu-west-1" }),
    isFault("ClusterNotFoundException"),
  );
  const china = await call(operations, "CreateCluster", { clusterName: "web" }, { region: "cn-north-1" });
  assert.equal(china.cluster?.clusterArn, "arn:aws-cn:ecs:cn-north-1:000000000000:cluster/web");
});

test("what include does not ask for is empty", async () => {
  const { call, store } = await world();
  const configuration = { executeCommandConfiguration: { logging: "DEFAULT" } } as const;
  await call(operations, "CreateCluster", { clusterName: "web", tags: [{ key: "a", value: "b" }], configuration });
  const fargate = aTask({ lastStatus: "RUNNING", id: "1" });
  const pending = aTask({ lastStatus: "PENDING", id: "2" });
  await put(store, fargate, pending, aTask({ id: "3", clusterName: "other" }));
  const plain = (await call(operations, "DescribeClusters", { clusters: ["web"] })).clusters?.[0];
  assert.deepEqual([plain?.runningTasksCount, plain?.pendingTasksCount], [1, 1]);
  assert.deepEqual([plain?.statistics, plain?.settings, plain?.tags, plain?.configuration], [[], [], [], undefined]);
  assert.equal(plain?.attachments, undefined);

  const include = ["STATISTICS", "SETTINGS", "TAGS", "CONFIGURATIONS", "ATTACHMENTS"] as const;
  const full = (await call(operations, "DescribeClusters", { clusters: [arn], include })).clusters?.[0];
  assert.deepEqual(full?.tags, [{ key: "a", value: "b" }]);
  assert.deepEqual(full?.configuration, configuration);
  assert.deepEqual(full?.attachments, []);
  const statistics = Object.fromEntries((full?.statistics ?? []).map(({ name = "", value }) => [name, value]));
  assert.equal(statistics.runningFargateTasksCount, "1");
  assert.equal(statistics.pendingFargateTasksCount, "1");
  assert.equal(statistics.runningEC2TasksCount, "0");
});

test("lists are paged; a token is good for its own list only, whatever changes meanwhile", async () => {
  const { call } = await world();
  for (const clusterName of ["a", "b", "c"]) await call(operations, "CreateCluster", { clusterName });
  const first = await call(operations, "ListClusters", { maxResults: 2 });
  assert.deepEqual(first.clusterArns?.map(nameOf), ["a", "b"]);
  await call(operations, "DeleteCluster", { cluster: "b" });
  const second = await call(operations, "ListClusters", { maxResults: 2, nextToken: first.nextToken! });
  assert.deepEqual([second.clusterArns?.map(nameOf), second.nextToken], [["c"], undefined]);
  for (const input of [{ nextToken: "x" }, { maxResults: 0 }, { maxResults: 101 }]) {
    await assert.rejects(call(operations, "ListClusters", input), isFault("InvalidParameterException"));
  }
  await assert.rejects(
    call(operations, "ListTaskDefinitions", { nextToken: first.nextToken! }),
    isFault("InvalidParameterException"),
  );
});

test("a cluster is deleted when it is empty, stays visible for an hour, and can be made again", async () => {
  const { call, store, clock, reconcile } = await world();
  await call(operations, "CreateCluster", { clusterName: "web", tags: [{ key: "a", value: "b" }] });
  await put(store, aTask({ lastStatus: "PROVISIONING" }));
  await assert.rejects(
    call(operations, "DeleteCluster", { cluster: arn }),
    isFault("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."),
  );
  await put(store, aTask({ lastStatus: "PROVISIONING", clusterName: "other" }));
  await call(operations, "CreateCluster", { clusterName: "empty" });
  const deleted = await call(operations, "DeleteCluster", { cluster: "empty" });
  assert.equal(deleted.cluster?.status, "INACTIVE");
  assert.deepEqual((await call(operations, "ListClusters", {})).clusterArns?.map(nameOf), ["web"]);
  assert.equal((await call(operations, "DescribeClusters", { clusters: ["empty"] })).clusters?.[0]?.status, "INACTIVE");
  for (const name of ["DeleteCluster", "UpdateCluster"] as const) {
    await assert.rejects(
      call(operations, name, { cluster: "empty" }),
      isFault("ClusterNotFoundException", "The referenced cluster was inactive."),
    );
  }
  await assert.rejects(
    call(operations, "ListTagsForResource", { resourceArn: deleted.cluster!.clusterArn! }),
    isFault("InvalidParameterException", "The specified cluster is inactive. Specify an active cluster and try again."),
  );
  const key = clusterKey(here, "empty");
  assert.deepEqual(await reconcile(clusterController, key), { lookAgainAt: clock.now() + hour });
  await clock.advance(hour);
  await reconcile(clusterController, key);
  assert.deepEqual((await call(operations, "DescribeClusters", { clusters: ["empty"] })).clusters, []);

  await call(operations, "CreateCluster", { clusterName: "again" });
  await call(operations, "DeleteCluster", { cluster: "again" });
  const again = await call(operations, "CreateCluster", { clusterName: "again" });
  assert.equal(again.cluster?.status, "ACTIVE");
  await clock.advance(2 * hour);
  await reconcile(clusterController, clusterKey(here, "again"));
  assert.equal((await call(operations, "DescribeClusters", { clusters: ["again"] })).clusters?.[0]?.status, "ACTIVE");
});

test("a cluster whose deletion was cut off when a task had come is taken into use again", async () => {
  const { call, store, clock, reconcile } = await world();
  await call(operations, "CreateCluster", { clusterName: "web" });
  await call(operations, "DeleteCluster", { cluster: "web" });
  await put(store, aTask({ lastStatus: "PROVISIONING" }));
  const key = clusterKey(here, "web");
  assert.deepEqual(await reconcile(clusterController, key), { lookAgainAt: clock.now() + 10_000 });
  await clock.advance(10_000);
  await reconcile(clusterController, key);
  const [cluster] = (await call(operations, "DescribeClusters", { clusters: ["web"] })).clusters!;
  assert.deepEqual([cluster?.status, cluster?.pendingTasksCount], ["ACTIVE", 1]);
});

test("a task that comes while its cluster is being deleted keeps it", async () => {
  const { call, store, context } = await world();
  await call(operations, "CreateCluster", { clusterName: "web" });
  const inner = context().store;
  // The other request commits between the count of tasks and the commit of the deletion.
  const racing: typeof inner = {
    ...inner,
    async commit(commit) {
      await put(store, aTask({ lastStatus: "PROVISIONING" }));
      return inner.commit(commit);
    },
  };
  await assert.rejects(
    call(operations, "DeleteCluster", { cluster: "web" }, { store: racing }),
    isFault("ClusterContainsTasksException"),
  );
  assert.equal((await call(operations, "DescribeClusters", { clusters: ["web"] })).clusters?.[0]?.status, "ACTIVE");
});

test("settings and configuration are updated, the rest stays", async () => {
  const { call } = await world();
  await call(operations, "CreateCluster", { clusterName: "web", tags: [{ key: "a", value: "b" }] });
  const settings = [{ name: "containerInsights", value: "enhanced" }] as const;
  const first = await call(operations, "UpdateClusterSettings", { cluster: "web", settings });
  assert.deepEqual(first.cluster?.settings, settings);
  const configuration = {
    executeCommandConfiguration: { logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: "exec" } },
  } as const;
  const second = await call(operations, "UpdateCluster", { cluster: "web", configuration });
  assert.deepEqual(second.cluster?.configuration, configuration);
  assert.deepEqual(second.cluster?.settings, settings);
  assert.deepEqual(second.cluster?.tags, [{ key: "a", value: "b" }]);
});

const override = { logging: "OVERRIDE" } as const;
const logConfiguration = { cloudWatchLogGroupName: "x" };
for (const [title, input, words] of [
  ["a name with a slash", { clusterName: "a/b" }, /invalid characters/],
  ["another setting's value", { settings: [{ name: "containerInsights", value: "x" }] }, /containerInsights/],
  [
    "an override that names no log",
    { configuration: { executeCommandConfiguration: override } },
    /must be specified when overriding/,
  ],
  [
    "a log without override",
    { configuration: { executeCommandConfiguration: { logConfiguration } } },
    /You must set logging to 'OVERRIDE'/,
  ],
  [
    "KMS keys of exec sessions",
    { configuration: { executeCommandConfiguration: { kmsKeyId: "x" } } },
    /kmsKeyId is not supported/,
  ],
  [
    "exec sessions in Amazon S3",
    { configuration: { executeCommandConfiguration: { ...override, logConfiguration: { s3BucketName: "b" } } } },
    /cannot be logged to Amazon S3/,
  ],
  [
    "encrypted log groups for exec sessions",
    {
      configuration: {
        executeCommandConfiguration: {
          ...override,
          logConfiguration: { ...logConfiguration, cloudWatchEncryptionEnabled: true },
        },
      },
    },
    /cloudWatchEncryptionEnabled is not supported/,
  ],
  ["KMS keys", { configuration: { managedStorageConfiguration: { kmsKeyId: "x" } } }, /not supported/],
  ["an unknown capacity provider", { capacityProviders: ["mine"] }, /was not found/],
  [
    "a strategy with a provider of another cluster",
    { capacityProviders: ["FARGATE"], defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] },
    /not associated with the cluster/,
  ],
  ["reserved tags", { tags: [{ key: "aws:a", value: "" }] }, /reserved/],
  ["a tag twice", { tags: [{ key: "a" }, { key: "a" }] }, /Duplicate tag keys/],
] as const) {
  test(`CreateCluster refuses ${title}`, async () => {
    const { call } = await world();
    await assert.rejects(call(operations, "CreateCluster", input), isFault("InvalidParameterException", words));
  });
}

test("capacity providers are associated, and stay while tasks use them", async () => {
  const { call, store } = await world();
  await call(operations, "CreateCluster", { clusterName: "web" });
  const wanted = {
    cluster: "web",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [
      { capacityProvider: "FARGATE", base: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 3 },
    ],
  };
  const { cluster } = await call(operations, "PutClusterCapacityProviders", wanted);
  assert.deepEqual(cluster?.capacityProviders, ["FARGATE", "FARGATE_SPOT"]);
  assert.deepEqual(cluster?.defaultCapacityProviderStrategy, [
    { capacityProvider: "FARGATE", weight: 0, base: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 3, base: 0 },
  ]);
  await put(store, aTask({ lastStatus: "PROVISIONING", capacityProviderName: "FARGATE_SPOT" }));
  const fewer = { ...wanted, capacityProviders: ["FARGATE"], defaultCapacityProviderStrategy: [] };
  await assert.rejects(
    call(operations, "PutClusterCapacityProviders", fewer),
    isFault("ResourceInUseException", "The specified capacity provider is in use and cannot be removed."),
  );
  const twoBases = wanted.defaultCapacityProviderStrategy.map((item) => ({ ...item, base: 1 }));
  await assert.rejects(
    call(operations, "PutClusterCapacityProviders", { ...wanted, defaultCapacityProviderStrategy: twoBases }),
    isFault("InvalidParameterException", /multiple capacity providers with a base value/),
  );
});

test("FARGATE and FARGATE_SPOT are there for everyone; others are missing", async () => {
  const { call } = await world();
  const all = await call(operations, "DescribeCapacityProviders", {});
  assert.deepEqual(
    all.capacityProviders?.map(({ name, status }) => [name, status]),
    [
      ["FARGATE", "ACTIVE"],
      ["FARGATE_SPOT", "ACTIVE"],
    ],
  );
  const spot = "arn:aws:ecs:us-east-1:000000000000:capacity-provider/FARGATE_SPOT";
  const some = await call(operations, "DescribeCapacityProviders", { capacityProviders: [spot, "mine"] });
  assert.deepEqual(
    some.capacityProviders?.map((provider) => provider.capacityProviderArn),
    [spot],
  );
  assert.deepEqual(some.failures, [
    { arn: "arn:aws:ecs:us-east-1:000000000000:capacity-provider/mine", reason: "MISSING" },
  ]);
  const one = await call(operations, "DescribeCapacityProviders", { maxResults: 1 });
  const rest = await call(operations, "DescribeCapacityProviders", { maxResults: 1, nextToken: one.nextToken! });
  assert.deepEqual([rest.capacityProviders?.[0]?.name, rest.nextToken], ["FARGATE_SPOT", undefined]);
  await call(operations, "CreateCluster", { clusterName: "web", capacityProviders: ["FARGATE"] });
  const ofCluster = await call(operations, "DescribeCapacityProviders", { cluster: "web" });
  assert.equal(ofCluster.capacityProviders?.length, 1);
});

function nameOf(clusterArn: string): string {
  return clusterArn.split("/")[1]!;
}

async function put(store: Awaited<ReturnType<typeof world>>["store"], ...made: ReturnType<typeof aTask>[]) {
  // A new record may have its first state only; tests put tasks into the middle of their lives.
  const steps = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"] as const;
  for (const task of made) {
    for (const lastStatus of steps.slice(0, steps.indexOf(task.lastStatus as (typeof steps)[number]) + 1)) {
      const component = lastStatus === "PENDING" ? "ecs.scheduler" : "ecs.task";
      await store.as(component).commit({ put: [{ key: taskKey(task), value: { ...task, lastStatus } }] });
    }
  }
}
