import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type AccessReportRecord, accessReportKey } from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import { serviceNames } from "./services.ts";

/** How long a report can be read. */
export const reportDays = 7;
export const dayMs = 86_400_000;

export async function requireReport(ctx: RequestContext, jobId: string): Promise<AccessReportRecord> {
  const report = (await ctx.store.get(accessReportKey(ctx.account, jobId))).value;
  if (report !== undefined && ctx.clock.now() < report.createdAt + reportDays * dayMs) return report;
  throw noSuchEntity(`Job ${jobId} cannot be found.`);
}

/** What every answer about a report says: it was done at once. */
export function jobMembers({ createdAt }: AccessReportRecord) {
  return { JobStatus: "COMPLETED", JobCreationDate: createdAt, JobCompletionDate: createdAt } as const;
}

/** Refuses what is no service of AWS's. */
export function checkNamespace(serviceNamespace: string): void {
  if (serviceNames().has(serviceNamespace)) return;
  throw new Fault("InvalidInputException", `The service namespace ${serviceNamespace} is not valid.`);
}
