import type { RequestContext } from "#kernel/handler.ts";

/** Names that no log group may have beyond what the model's pattern says. */
export function checkGroupName(ctx: RequestContext, logGroupName: string): void {
  if (/^aws\//i.test(logGroupName)) {
    throw ctx.fault("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.");
  }
}

export const maxTags = 50;

/** Refuses tag keys that AWS keeps for itself. */
export function checkTags(ctx: RequestContext, tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).some((key) => key.toLowerCase().startsWith("aws:"))) {
    const message = "aws: prefixed tag key names are not allowed for external use.";
    throw ctx.fault("InvalidParameterException", message);
  }
}

/** Refuses to look into other accounts, which cross-account observability would allow. */
export function refuseLinkedAccounts(
  ctx: RequestContext,
  input: { readonly includeLinkedAccounts?: boolean; readonly accountIdentifiers?: readonly string[] },
): void {
  const others = input.accountIdentifiers?.filter((account) => account !== ctx.account) ?? [];
  if (input.includeLinkedAccounts === true || others.length > 0) {
    const message = "includeLinkedAccounts and accountIdentifiers need a monitoring account; this account is none.";
    throw ctx.fault("InvalidParameterException", message);
  }
}
