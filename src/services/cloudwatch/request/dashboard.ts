import type { RequestContext } from "#kernel/handler.ts";

const longestName = 255;

/** Throws unless a dashboard can have the name, in CloudWatch's words. */
export function checkDashboardName(ctx: RequestContext, name: string): void {
  if (name.length > longestName) {
    throw ctx.fault(
      "InvalidParameterValue",
      `The value for field DashboardName must not be longer than ${longestName} characters.`,
    );
  }
  if (/^[A-Za-z0-9_-]+$/.test(name)) return;
  const allowed = "It can only contain alphanumerics, dash (-) and underscore (_).";
  throw ctx.fault(
    "InvalidParameterValue",
    `The value for field DashboardName contains invalid characters. ${allowed}\n`,
  );
}
