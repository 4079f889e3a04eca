import { versionsOf } from "../model.ts";
import { requireParameter } from "../request/find.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toHistory } from "../request/shapes.ts";
import { readValue } from "../request/value.ts";

export function getParameterHistory({ box }: SsmParts): SsmHandler<"GetParameterHistory"> {
  return async (input, ctx) => {
    const parameter = requireParameter(ctx, input.Name).value;
    const versions = await ctx.store.list(versionsOf(parameter));
    const scope = `GetParameterHistory ${parameter.name}`;
    const { items, nextToken } = listPage(scope, input, versions, ({ key }) => key, 50);
    const decrypt = input.WithDecryption;
    const Parameters = items.map(({ value }) =>
      toHistory(parameter, value, readValue(ctx, parameter, value, { decrypt, box })),
    );
    return { Parameters, ...(nextToken && { NextToken: nextToken }) };
  };
}
