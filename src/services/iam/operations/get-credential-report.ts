import { Fault } from "#kernel/fault.ts";
import { accountSettingsKey } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

export const GetCredentialReport: IamHandler<"GetCredentialReport"> = async (_input, ctx) => {
  const report = (await ctx.store.get(accountSettingsKey(ctx.account))).value?.credentialReport;
  if (report === undefined) {
    throw new Fault(
      "CredentialReportNotPresentException",
      "No credential report exists. Generate one with GenerateCredentialReport.",
    );
  }
  return { Content: Buffer.from(report.content), ReportFormat: "text/csv", GeneratedTime: report.generatedAt };
};
