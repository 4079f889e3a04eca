import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { ecsAuthorization } from "./authorization.ts";

test("a container instance is asked about by its ARN, also when the call has the form of ARNs before 2018", () => {
  const scope = { account: "000000000000", region: "us-east-1", partition: "aws" } as AuthorizationScope;
  const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:container-instance/${name}`;
  const { resources } = ecsAuthorization.operations.DescribeContainerInstances!;
  const containerInstances = ["box", arn("box"), arn("web/box")];
  const asked = resources!({ cluster: "web", containerInstances }, scope);
  assert.deepEqual(asked, [arn("web/box"), arn("web/box"), arn("web/box")]);
});
