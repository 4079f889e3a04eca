import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { iamCollections } from "#services/iam/index.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { testWorld } from "../../test/support/context.ts";
import { addRole } from "../../test/support/iam.ts";
import { createIdentity } from "./identity.ts";

const account = "000000000000";

test("a trust policy that ends at a time ends then, and one that denies from then on does", async () => {
  const { store, clock, random } = await testWorld({ collections: iamCollections });
  const identity = createIdentity({
    ...{ store, clock, random, account, log: silentLog, region: "us-east-1" },
    secretBox: createSecretBox(new Uint8Array(32), random),
    root: { accessKeyId: "AKIAROOT", secretAccessKey: "secret" },
  });
  const end = new Date(clock.now() + 60_000).toISOString();
  const service = { Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  const until = { Effect: "Allow", ...service, Condition: { DateLessThan: { "aws:CurrentTime": end } } };
  const from = { Effect: "Deny", ...service, Condition: { DateGreaterThan: { "aws:CurrentTime": end } } };
  const trust = (...Statement: object[]) => ({ trust: JSON.stringify({ Version: "2012-10-17", Statement }) });
  await addRole(store, account, "allowed", trust(until));
  await addRole(store, account, "denied", trust({ Effect: "Allow", ...service }, from));
  const may = () =>
    ["allowed", "denied"].map((name) => {
      const role = roleOfArn(store, `arn:aws:iam::${account}:role/${name}`)!;
      return identity.trusts(role, "sts:AssumeRole", { service: "ecs-tasks.amazonaws.com" }, {});
    });
  assert.deepEqual(may(), [true, true]);
  await clock.advance(120_000);
  assert.deepEqual(may(), [false, false]);
  await identity.usage.close();
});
