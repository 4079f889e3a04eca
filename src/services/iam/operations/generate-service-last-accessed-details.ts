import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { subjectOf } from "../last-accessed/entities.ts";
import { dayMs, reportDays } from "../last-accessed/report.ts";
import { type AccessReportRecord, accessReportKey, accessReports } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";

/** Reports that nobody can read any more go when the next one is asked for. */
export const GenerateServiceLastAccessedDetails: IamHandler<"GenerateServiceLastAccessedDetails"> = async (
  input,
  ctx,
) => {
  if (input.Granularity === "ACTION_LEVEL") {
    const message = "Granularity ACTION_LEVEL is not supported: uses are remembered by service, not by action.";
    throw new Fault("InvalidInputException", message);
  }
  subjectOf(ctx, input.Arn);
  const { account } = ctx;
  const report: AccessReportRecord = { account, jobId: uuid(ctx.random), arn: input.Arn, createdAt: now(ctx) };
  const old = ctx.store
    .view(accessReports)
    .by("account", account)
    .filter(({ value }) => value.createdAt + reportDays * dayMs <= ctx.clock.now());
  await ctx.store.commit({
    put: [{ key: accessReportKey(account, report.jobId), value: report }],
    remove: old.map(({ key }) => key),
  });
  return { JobId: report.jobId };
};
