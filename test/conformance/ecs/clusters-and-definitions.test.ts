import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTagsForResourceCommand,
  PutAccountSettingCommand,
  PutClusterCapacityProvidersCommand,
  paginateListAccountSettings,
  paginateListClusters,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateClusterSettingsCommand,
} from "@aws-sdk/client-ecs";
import type { Gateway } from "#gateway/gateway.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { noHttp } from "#kernel/http-sender.ts";
import { AgentHub, createEcs, ecsCollections } from "#services/ecs/index.ts";
import { testAuthority } from "../../support/certificate-authority.ts";
import { testWorld } from "../../support/context.ts";
import { credentials, testGateway } from "../../support/gateway.ts";

let gateway: Gateway;
let client: ECSClient;

before(async () => {
  const { store, clock, random } = await testWorld({ collections: ecsCollections });
  const hub = new AgentHub({ store, clock, random });
  const ecs = createEcs({
    publishProxies: () => {},
    account: "000000000000",
    hub,
    send: noHttp,
    sessions: noExecSessions,
    stoppedTaskHours: 1,
    canAssume: () => true,
    certificates: testAuthority,
  });
  ({ gateway } = testGateway([ecs], { store: store.as("api") }));
  const port = await gateway.listen("127.0.0.1", 0);
  client = new ECSClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials });
});
after(async () => {
  client.destroy();
  await gateway.close();
});

async function collect<T>(pages: AsyncIterable<T>, items: (page: T) => readonly string[] | undefined) {
  const found: string[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}

describe("clusters, through the AWS SDK", () => {
  it("are made, changed, listed in pages and deleted", async () => {
    for (const clusterName of ["a", "b", "c"]) await client.send(new CreateClusterCommand({ clusterName }));
    const config = { client, pageSize: 2 };
    const arns = await collect(paginateListClusters(config, {}), (page) => page.clusterArns);
    assert.deepEqual(
      arns.map((arn) => arn.split("/")[1]),
      ["a", "b", "c"],
    );
    await client.send(
      new UpdateClusterSettingsCommand({
        cluster: "a",
        settings: [{ name: "containerInsights", value: "enabled" }],
      }),
    );
    await client.send(
      new PutClusterCapacityProvidersCommand({
        cluster: "a",
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
      }),
    );
    const include = ["SETTINGS", "STATISTICS"] as const;
    const described = await client.send(
      new DescribeClustersCommand({ clusters: ["a", "missing"], include: [...include] }),
    );
    assert.deepEqual(described.clusters?.[0]?.settings, [{ name: "containerInsights", value: "enabled" }]);
    assert.deepEqual(described.clusters?.[0]?.capacityProviders, ["FARGATE", "FARGATE_SPOT"]);
    assert.equal(described.clusters?.[0]?.statistics?.length, 12);
    assert.equal(described.failures?.[0]?.reason, "MISSING");
    const deleted = await client.send(new DeleteClusterCommand({ cluster: "b" }));
    assert.equal(deleted.cluster?.status, "INACTIVE");
    await assert.rejects(client.send(new DeleteClusterCommand({ cluster: "b" })), {
      name: "ClusterNotFoundException",
      message: "The referenced cluster was inactive.",
    });
  });
});

describe("task definitions, through the AWS SDK", () => {
  const container = { name: "app", image: "app:1", memory: 128 };

  it("are registered, read back, and registered again from what was read", async () => {
    const registered = await client.send(
      new RegisterTaskDefinitionCommand({
        family: "web",
        containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80 }] }],
        tags: [{ key: "team", value: "a" }],
      }),
    );
    assert.ok(registered.taskDefinition?.registeredAt instanceof Date);
    const { taskDefinition, tags } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: "web", include: ["TAGS"] }),
    );
    assert.deepEqual(taskDefinition, registered.taskDefinition);
    assert.deepEqual(tags, [{ key: "team", value: "a" }]);
    const { containerDefinitions, family, volumes, placementConstraints } = taskDefinition!;
    const again = await client.send(
      new RegisterTaskDefinitionCommand({ containerDefinitions, family, volumes, placementConstraints }),
    );
    assert.equal(again.taskDefinition?.revision, 2);
    assert.deepEqual(again.taskDefinition?.containerDefinitions, containerDefinitions);
  });

  it("are deregistered, then deleted", async () => {
    const { taskDefinition } = await client.send(
      new RegisterTaskDefinitionCommand({ family: "old", containerDefinitions: [container] }),
    );
    const named = taskDefinition!.taskDefinitionArn!;
    const early = await client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [named] }));
    assert.match(early.failures?.[0]?.reason ?? "", /still in ACTIVE status/);
    const inactive = await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: named }));
    assert.ok(inactive.taskDefinition?.deregisteredAt instanceof Date);
    const deleted = await client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [named] }));
    assert.equal(deleted.taskDefinitions?.[0]?.status, "DELETE_IN_PROGRESS");
  });

  it("are listed from the newest, page by page", async () => {
    for (let i = 0; i < 5; i++) {
      await client.send(new RegisterTaskDefinitionCommand({ family: "paged", containerDefinitions: [container] }));
    }
    const pages = paginateListTaskDefinitions({ client, pageSize: 2 }, { familyPrefix: "paged", sort: "DESC" });
    const arns = await collect(pages, (page) => page.taskDefinitionArns);
    assert.deepEqual(
      arns.map((arn) => arn.split(":").at(-1)),
      ["5", "4", "3", "2", "1"],
    );
  });

  it("are refused in AWS's words", async () => {
    const fargate = {
      family: "big",
      requiresCompatibilities: ["FARGATE" as const],
      networkMode: "awsvpc" as const,
      cpu: "512",
      memory: "512",
      containerDefinitions: [container],
    };
    await assert.rejects(client.send(new RegisterTaskDefinitionCommand(fargate)), {
      name: "ClientException",
      message:
        "No Fargate configuration exists for given values: 512 CPU, 512 memory. " +
        "See the Amazon ECS documentation for the valid values.",
    });
  });
});

describe("tags and account settings, through the AWS SDK", () => {
  it("are kept", async () => {
    const { cluster } = await client.send(new CreateClusterCommand({ clusterName: "tagged" }));
    const resourceArn = cluster!.clusterArn!;
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: "a", value: "b" }] }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(tags, [{ key: "a", value: "b" }]);
    const { setting } = await client.send(
      new PutAccountSettingCommand({ name: "containerInsights", value: "enhanced" }),
    );
    assert.equal(setting?.value, "enhanced");
    const pages = paginateListAccountSettings({ client, pageSize: 4 }, { effectiveSettings: true });
    const names = await collect(pages, (page) => page.settings?.flatMap(({ name }) => name ?? []));
    assert.equal(names.length, 11);
  });
});
