import { registrySettings } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { defaultScanning } from "../scan/rules.ts";

type Operation = EcrHandler<"GetRegistryScanningConfiguration">;

export const GetRegistryScanningConfiguration: Operation = async (_, ctx) => ({
  registryId: ctx.account,
  scanningConfiguration: registrySettings(ctx.store, ctx).scanning ?? defaultScanning,
});
