import type { Entry } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { type ParameterVersionRecord, parameters, versionKey } from "../model.ts";
import { checkFilters, matchesFilters } from "../request/filters.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { checkPath, isUnder } from "../request/names.ts";
import { listPage } from "../request/pages.ts";
import { toParameter } from "../request/shapes.ts";
import { readValue } from "../request/value.ts";

export function getParametersByPath({ box }: SsmParts): SsmHandler<"GetParametersByPath"> {
  return async (input, ctx) => {
    const { Path, Recursive = false, ParameterFilters = [], WithDecryption: decrypt } = input;
    checkPath(Path);
    checkFilters(ParameterFilters, ["Type", "KeyId", "Label"]);
    const found = ctx.store
      .view(parameters)
      .by("world", worldOf(ctx))
      .map(({ value }) => value)
      .filter((parameter) => isUnder(parameter.name, Path, Recursive) && matchesFilters(parameter, ParameterFilters));
    const scope = `GetParametersByPath ${Path} ${Recursive} ${JSON.stringify(ParameterFilters)}`;
    const { items, nextToken } = listPage(scope, input, found, ({ name }) => name, 10);
    const Parameters = await Promise.all(
      items.map(async (parameter) => {
        const read = await ctx.store.get(versionKey(parameter, parameter.version));
        const version = (read as Entry<ParameterVersionRecord>).value;
        return toParameter(parameter, version, readValue(ctx, parameter, version, { decrypt, box }));
      }),
    );
    return { Parameters, ...(nextToken && { NextToken: nextToken }) };
  };
}
