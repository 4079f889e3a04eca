import assert from "node:assert/strict";
import { before, test } from "node:test";
import { questionsOf } from "#gateway/authorize/questions.ts";
import type { OperationAuthorization } from "#kernel/authorization.ts";
import type { TestWorld } from "../support/context.ts";
import { root } from "../support/gateway.ts";
import { sampleInput } from "./sample.ts";
import { folders, modelOf, tableOf, worldOfAll } from "./tables.ts";

/**
 * Whoever makes something with tags must be allowed to tag it: else policies that go by tags would be met by whoever
 * chooses them. Of these operations AWS's documents say nothing of the kind.
 */
const withoutTagging: readonly string[] = [
  "application-autoscaling:RegisterScalableTarget",
  ...["CreateHttpNamespace", "CreatePrivateDnsNamespace", "CreatePublicDnsNamespace", "CreateService"].map(
    (name) => `servicediscovery:${name}`,
  ),
];

let world: TestWorld;
before(async () => {
  world = await worldOfAll();
});

const caller = { ...root, type: "User", arn: `arn:aws:iam::${root.account}:user/ada`, userId: "AIDAADA" } as const;

test("what is made with tags takes the right to tag it", async () => {
  const found: string[] = [];
  for (const service of folders) {
    const table = await tableOf(service);
    const scope = { store: world.store, caller, account: root.account, region: "us-east-1", partition: "aws" };
    for (const name of Object.keys(table.operations)) {
      const entry = table.operations[name] as OperationAuthorization<unknown>;
      if (entry.free || entry.requestTags === undefined || /Tag/.test(name)) continue;
      const arn = `arn:aws:iam::${root.account}:role/sample`;
      const questions = questionsOf(table, name, entry, sampleInput(modelOf(service, table), name, arn), scope);
      if (!questions.some(({ action, requestTags }) => /:\w*Tag/.test(action) && requestTags)) {
        found.push(`${table.prefix}:${name}`);
      }
    }
  }
  assert.deepEqual(found, withoutTagging);
});
