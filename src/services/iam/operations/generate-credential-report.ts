import { accountSettingsKey } from "../model.ts";
import { credentialReport } from "../request/credential-report.ts";
import { type IamHandler, now } from "../request/handler.ts";

/** IAM makes a new report when the last one is older than this. */
const reportLifetimeMs = 4 * 3600 * 1000;

export const GenerateCredentialReport: IamHandler<"GenerateCredentialReport"> = async (_input, ctx) => {
  const settings = await ctx.store.get(accountSettingsKey(ctx.account));
  const report = settings.value?.credentialReport;
  const generatedAt = now(ctx);
  if (report !== undefined && generatedAt - report.generatedAt < reportLifetimeMs) return { State: "COMPLETE" };
  const value = {
    ...settings.value,
    account: ctx.account,
    credentialReport: { generatedAt, content: credentialReport(ctx) },
  };
  await ctx.store.commit({ unchanged: [settings], put: [{ key: settings.key, value }] });
  return { State: "STARTED", Description: "No report exists. Starting a new report generation task" };
};
