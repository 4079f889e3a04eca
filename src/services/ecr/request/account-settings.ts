import { Fault } from "#kernel/fault.ts";
import { accountSettings } from "../model.ts";

/** The values that an account setting may have. */
export function requireSettingName(name: string): readonly string[] {
  const values = Object.hasOwn(accountSettings, name) ? accountSettings[name] : undefined;
  if (values !== undefined) return values;
  const words = `Invalid parameter at 'name' failed to satisfy constraint: 'Member must satisfy enum value set:`;
  throw new Fault("InvalidParameterException", `${words} [${Object.keys(accountSettings).join(", ")}]'`);
}
