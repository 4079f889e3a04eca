import { Fault } from "#kernel/fault.ts";
import { requireSettingName } from "../request/account-settings.ts";
import type { EcrHandler } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";

export const PutAccountSetting: EcrHandler<"PutAccountSetting"> = async ({ name, value }, ctx) => {
  const values = requireSettingName(name);
  if (!values.includes(value)) {
    const words = `Invalid parameter at 'value' failed to satisfy constraint: 'Member must satisfy enum value set:`;
    throw new Fault("InvalidParameterException", `${words} [${values.join(", ")}]'`);
  }
  await changeRegistry(ctx, (old) => ({ ...old, settings: { ...old.settings, [name]: value } }));
  return { name, value };
};
