import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { ec2World } from "../../../test/support/ec2.ts";
import { ec2Authorization } from "./authorization.ts";

test("a security group is asked about by its ARN, whether the call names it by its id or by its name", async () => {
  const world = await ec2World();
  const { GroupId = "" } = await world.ec2("CreateSecurityGroup", { GroupName: "db", Description: "d" });
  const { account, region } = world.context();
  const scope = { account, region, partition: "aws", store: world.store } as unknown as AuthorizationScope;
  const { resources } = ec2Authorization.operations.RevokeSecurityGroupIngress!;
  const arn = (id: string) => `arn:aws:ec2:${region}:${account}:security-group/${id}`;
  assert.deepEqual(resources!({ GroupId }, scope), [arn(GroupId)]);
  assert.deepEqual(resources!({ GroupName: "db" }, scope), [arn(GroupId)]);
  assert.deepEqual(resources!({ GroupName: "web" }, scope), [arn("*")]);
});
