import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { operations } from "./index.ts";

const world = () => testWorld({ collections: ecsCollections, model: "ecs" });
const root = "arn:aws:iam::000000000000:root";
const user = "arn:aws:iam::000000000000:user/ann";
const asUser = {
  caller: { arn: user, userId: "AIDA", account: "000000000000", accessKeyId: "AKIA", type: "User" },
} as const;
const asRole = {
  caller: { ...asUser.caller, arn: "arn:aws:sts::000000000000:assumed-role/ci/run", type: "AssumedRole" },
} as const;

test("a choice holds for who made it, the root's for everyone else", async () => {
  const { call } = await world();
  const name = "containerInsights";
  const effective = async (who?: typeof asUser) =>
    (await call(operations, "ListAccountSettings", { name, effectiveSettings: true }, who)).settings?.[0];
  assert.deepEqual(await effective(asUser), { name, value: "disabled", principalArn: root, type: "user" });
  const byDefault = await call(operations, "PutAccountSettingDefault", { name, value: "enabled" }, asUser);
  assert.deepEqual(byDefault.setting, { name, value: "enabled", principalArn: root, type: "user" });
  assert.deepEqual((await effective(asUser))?.value, "enabled");
  await call(operations, "PutAccountSetting", { name, value: "enhanced" }, asUser);
  assert.deepEqual(await effective(asUser), { name, value: "enhanced", principalArn: user, type: "user" });
  assert.equal((await effective())?.value, "enabled");
  const deleted = await call(operations, "DeleteAccountSetting", { name }, asUser);
  assert.deepEqual(deleted.setting, { name, value: "enabled", principalArn: user, type: "user" });
  assert.equal((await effective(asUser))?.principalArn, root);
});

test("the setting is what a new cluster starts with", async () => {
  const { call } = await world();
  await call(operations, "PutAccountSettingDefault", { name: "containerInsights", value: "enabled" });
  const { cluster } = await call(operations, "CreateCluster", {}, asUser);
  assert.deepEqual(cluster?.settings, [{ name: "containerInsights", value: "enabled" }]);
});

test("without effectiveSettings only a principal's own choices are listed", async () => {
  const { call } = await world();
  assert.deepEqual((await call(operations, "ListAccountSettings", {}, asUser)).settings, []);
  await call(operations, "PutAccountSetting", { name: "awsvpcTrunking", value: "enabled", principalArn: user });
  const own = await call(operations, "ListAccountSettings", {}, asUser);
  assert.deepEqual(own.settings, [{ name: "awsvpcTrunking", value: "enabled", principalArn: user, type: "user" }]);
  assert.deepEqual((await call(operations, "ListAccountSettings", {})).settings, []);
});

test("all effective settings come in pages of ten at most, sorted by name", async () => {
  const { call } = await world();
  const first = await call(operations, "ListAccountSettings", { effectiveSettings: true });
  assert.equal(first.settings?.length, 10);
  const input = { effectiveSettings: true, nextToken: first.nextToken! };
  const second = await call(operations, "ListAccountSettings", input);
  const names = [...first.settings, ...(second.settings ?? [])].map((setting) => setting.name);
  assert.deepEqual(names, names.toSorted());
  assert.equal(new Set(names).size, 11);
  assert.equal(second.nextToken, undefined);
  await assert.rejects(
    call(operations, "ListAccountSettings", { maxResults: 11 }),
    isFault("InvalidParameterException"),
  );
});

test("values are looked for under a name", async () => {
  const { call } = await world();
  const list = (value: string) =>
    call(operations, "ListAccountSettings", { name: "taskLongArnFormat", value, effectiveSettings: true });
  assert.equal((await list("enabled")).settings?.length, 1);
  assert.equal((await list("disabled")).settings?.length, 0);
  await assert.rejects(call(operations, "ListAccountSettings", { value: "on" }), isFault("InvalidParameterException"));
});

test("sessions of a role share the role's settings; others are the root's business", async () => {
  const { call } = await world();
  const name = "awsvpcTrunking";
  const { setting } = await call(operations, "PutAccountSetting", { name, value: "enabled" }, asRole);
  assert.equal(setting?.principalArn, "arn:aws:iam::000000000000:role/ci");
  await assert.rejects(
    call(operations, "PutAccountSetting", { name, value: "enabled", principalArn: root }, asUser),
    isFault("AccessDeniedException"),
  );
  await assert.rejects(
    call(operations, "PutAccountSetting", { name, value: "enabled", principalArn: "ann" }),
    isFault("InvalidParameterException"),
  );
});

for (const [name, value, words] of [
  ["taskLongArnFormat", "disabled", /^You can no longer disable Long Arn settings$/],
  ["tagResourceAuthorization", "off", /^You can no longer disable the tagResourceAuthorization setting$/],
  ["containerInsights", "on", /Valid values: enabled, disabled, enhanced/],
  ["fargateFIPSMode", "enabled", /FIPS/],
  ["fargateTaskRetirementWaitPeriod", "8", /Valid values: 0, 7, 14/],
  ["guardDutyActivate", "on", /managed by AWS/],
  ["constructor" as "awsvpcTrunking", "enabled", /Unknown setting/],
] as const) {
  test(`${name} cannot be ${value}`, async () => {
    const { call } = await world();
    await assert.rejects(
      call(operations, "PutAccountSetting", { name, value }),
      isFault("InvalidParameterException", words),
    );
  });
}
