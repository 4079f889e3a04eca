import assert from "node:assert/strict";
import { test } from "node:test";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, securityGroupKey, securityGroups, subnets } from "#services/ec2/model.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { operations } from "../operations/index.ts";

test("RunTask names the security group that is of another VPC than the subnets", async () => {
  const { store, call } = await testWorld({ collections: [...ecsCollections, ...ec2Collections], model: "ecs" });
  await call(operations, "CreateCluster", { clusterName: "web" });
  await call(operations, "RegisterTaskDefinition", {
    ...{ family: "hello", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image: "app:1" }],
  });
  await ensureDefaultVpc({ store: store.as("api"), account: "000000000000", region: "us-east-1" });
  const [own] = store.view(securityGroups).all();
  const other = { ...own!.value, groupId: "sg-2", groupName: "other", vpcId: "vpc-2" };
  await store.as("api").commit({ put: [{ key: securityGroupKey(other, "sg-2"), value: other }] });
  const awsvpcConfiguration = {
    subnets: [...store.view(subnets).all()].map((subnet) => subnet.value.subnetId),
    securityGroups: [own!.value.groupId, "sg-2"],
  };
  await assert.rejects(
    call(operations, "RunTask", {
      ...{ cluster: "web", taskDefinition: "hello", launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration },
    }),
    isFault(
      "InvalidParameterException",
      "Security group sg-2 does not appear to belong to the same VPC as the input subnets.",
    ),
  );
});
