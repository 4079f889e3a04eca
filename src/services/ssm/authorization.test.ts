import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { testWorld } from "../../../test/support/context.ts";
import { authorization } from "./authorization.ts";
import { ssmCollections } from "./index.ts";

test("IAM is asked about public parameters by ARNs without an account", async () => {
  const { store, context } = await testWorld({ collections: ssmCollections });
  const { account, region, partition, caller } = context();
  const scope: AuthorizationScope = { store, account, region, partition, caller };
  const asked = (operation: string, input: object) => authorization.operations[operation]!.resources!(input, scope);
  const known = "/aws/service/aws-for-fluent-bit/stable";
  const arn = `arn:aws:ssm:us-east-1::parameter${known}`;
  assert.deepEqual(asked("GetParameter", { Name: known }), [arn]);
  assert.deepEqual(asked("GetParameter", { Name: arn }), [arn]);
  assert.deepEqual(asked("GetParameters", { Names: [known, "/app"] }), [
    arn,
    "arn:aws:ssm:us-east-1:000000000000:parameter/app",
  ]);
  const path = "/aws/service/global-infrastructure/regions";
  assert.deepEqual(asked("GetParametersByPath", { Path: path }), [`arn:aws:ssm:us-east-1::parameter${path}`]);
});
