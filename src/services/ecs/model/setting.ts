import { formatArn, partitionOf } from "#kernel/arn.ts";
import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

export type SettingName =
  | "serviceLongArnFormat"
  | "taskLongArnFormat"
  | "containerInstanceLongArnFormat"
  | "awsvpcTrunking"
  | "containerInsights"
  | "fargateFIPSMode"
  | "tagResourceAuthorization"
  | "fargateTaskRetirementWaitPeriod"
  | "guardDutyActivate"
  | "defaultLogDriverMode"
  | "fargateEventWindows";

/** What a principal has chosen. The choices of the account's root are the defaults of everyone in it. */
export interface SettingRecord extends World {
  readonly principalArn: string;
  readonly name: SettingName;
  readonly value: string;
}

export const accountSettings: Collection<SettingRecord> = { name: "ecs/account-setting" };

export function settingKey(world: World, principalArn: string, name: SettingName): Key<SettingRecord> {
  return keyOf(accountSettings, world.account, world.region, principalArn, name);
}

export function settingsOf(world: World, principalArn: string): Prefix<SettingRecord> {
  return prefixOf(accountSettings, world.account, world.region, principalArn);
}

/** The principal that stands for the whole account: `arn:aws:iam::000000000000:root`. */
export function rootArn({ account, region }: World): string {
  return formatArn({ partition: partitionOf(region), service: "iam", region: "", account, resource: "root" });
}
