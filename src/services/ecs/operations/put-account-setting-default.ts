import { rootArn } from "../model/setting.ts";
import { putSetting } from "../settings/put.ts";
import type { EcsHandler } from "./handler.ts";

/** For everyone in the account who has not chosen otherwise. */
export const PutAccountSettingDefault: EcsHandler<"PutAccountSettingDefault"> = async (input, ctx) =>
  putSetting(ctx, rootArn(ctx), input);
