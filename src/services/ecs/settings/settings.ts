import type { Setting } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { rootArn, type SettingName, settingKey } from "../model/setting.ts";

interface SettingKind {
  /** What holds until someone chooses otherwise. */
  readonly initial: string;
  /** What can be chosen here. */
  readonly values: readonly string[];
  /** Why the other values that AWS knows cannot be, for callers. */
  readonly refused?: string;
  readonly type: "user" | "aws_managed";
}

const switchable = { initial: "disabled", values: ["enabled", "disabled"], type: "user" } as const;
const longArns = {
  initial: "enabled",
  values: ["enabled"],
  refused: "You can no longer disable Long Arn settings",
  type: "user",
} as const;

/** Every account setting, in the order in which they are listed; what each does is told in docs/account-settings.md. */
export const settingKinds: Readonly<Record<SettingName, SettingKind>> = {
  awsvpcTrunking: switchable,
  containerInsights: { initial: "disabled", values: ["enabled", "disabled", "enhanced"], type: "user" },
  containerInstanceLongArnFormat: longArns,
  defaultLogDriverMode: { initial: "non-blocking", values: ["blocking", "non-blocking"], type: "user" },
  fargateEventWindows: switchable,
  fargateFIPSMode: {
    initial: "disabled",
    values: ["disabled"],
    refused: "fargateFIPSMode cannot be enabled: this platform has no FIPS-140 validated cryptography.",
    type: "user",
  },
  fargateTaskRetirementWaitPeriod: { initial: "7", values: ["0", "7", "14"], type: "user" },
  guardDutyActivate: {
    initial: "off",
    values: [],
    refused: "guardDutyActivate is managed by AWS.",
    type: "aws_managed",
  },
  serviceLongArnFormat: longArns,
  tagResourceAuthorization: {
    initial: "on",
    values: ["on"],
    refused: "You can no longer disable the tagResourceAuthorization setting",
    type: "user",
  },
  taskLongArnFormat: longArns,
};

export const settingNames = Object.keys(settingKinds) as readonly SettingName[];

/** Throws `InvalidParameterException` when the setting does not exist or cannot have this value. */
export function checkSetting(name: string, value: string): asserts name is SettingName {
  const kind = settingKind(name);
  if (kind.values.includes(value)) return;
  const known = `Invalid value for the setting ${name}. Valid values: ${kind.values.join(", ")}.`;
  throw new Fault("InvalidParameterException", kind.refused ?? known);
}

/** Throws `InvalidParameterException` when there is no such setting. */
export function checkSettingName(name: string): asserts name is SettingName {
  settingKind(name);
}

function settingKind(name: string): SettingKind {
  if (!Object.hasOwn(settingKinds, name))
    throw new Fault("InvalidParameterException", `Unknown setting name: ${name}.`);
  return settingKinds[name as SettingName];
}

/** What holds for a principal: its own choice, else the account's, else what AWS starts with. */
export async function effectiveSetting(
  store: Store,
  world: World,
  principalArn: string,
  name: SettingName,
): Promise<Required<Setting>> {
  const { initial, type } = settingKinds[name];
  const root = rootArn(world);
  for (const arn of [principalArn, root]) {
    const own = await store.get(settingKey(world, arn, name));
    if (own.value !== undefined) return { name, value: own.value.value, principalArn: arn, type };
  }
  return { name, value: initial, principalArn: root, type };
}

/**
 * The principal whose settings a call is about: the caller, or the one it names, which only the account's root may do
 * for others. Federated users take part in the root's.
 */
export function settingPrincipal(world: World, caller: Caller, named: string | undefined): string {
  const own = principalOf(world, caller);
  if (named === undefined || named === own) return own;
  if (caller.type !== "Root") {
    throw new Fault("AccessDeniedException", "Only the root user can access the account settings of other principals.");
  }
  if (named !== rootArn(world) && !/^arn:[\w-]+:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/.test(named)) {
    throw new Fault("InvalidParameterException", `Invalid principalArn: ${named}.`);
  }
  return named;
}

function principalOf(world: World, caller: Caller): string {
  if (caller.type === "Root" || caller.type === "FederatedUser") return rootArn(world);
  // A session of a role: arn:aws:sts::000000000000:assumed-role/deploy/session
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/.exec(caller.arn);
  return session === null ? caller.arn : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}
