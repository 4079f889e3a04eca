import type { ParameterStringFilter } from "#generated/ssm/types.ts";
import type { Entry } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { isPublicName, type ParameterVersionRecord, parameters, versionKey } from "../model.ts";
import { checkFilters, matchesFilters } from "../request/filters.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { checkPath, isUnder } from "../request/names.ts";
import { listPage } from "../request/pages.ts";
import { publicParameters } from "../request/public.ts";
import { toParameter } from "../request/shapes.ts";
import { readValue } from "../request/value.ts";

export function getParametersByPath({ box }: SsmParts): SsmHandler<"GetParametersByPath"> {
  return async (input, ctx) => {
    const { Path, Recursive = false, ParameterFilters = [], WithDecryption: decrypt } = input;
    checkPath(Path);
    checkFilters(ParameterFilters, ["Type", "KeyId", "Label"]);
    const isWanted = (name: string) => isUnder(name, Path, Recursive);
    const own = ctx.store
      .view(parameters)
      .by("world", worldOf(ctx))
      .map(({ value }) => value)
      .filter((parameter) => isWanted(parameter.name) && matchesFilters(parameter, ParameterFilters));
    // They are below their own path alone, and what is looked for by key or label is none of them.
    const isPublic = isPublicName(`${Path}/`) && ParameterFilters.every(isOfStrings);
    const known = isPublic ? publicParameters(ctx, isWanted) : [];
    const scope = `GetParametersByPath ${Path} ${Recursive} ${JSON.stringify(ParameterFilters)}`;
    const all = [...own, ...known];
    const nameOf = (item: (typeof all)[number]) => ("newest" in item ? item.name : item.Name!);
    const { items, nextToken } = listPage(scope, input, all, nameOf, 10);
    const Parameters = await Promise.all(
      items.map(async (parameter) => {
        if (!("newest" in parameter)) return parameter;
        const read = await ctx.store.get(versionKey(parameter, parameter.version));
        const version = (read as Entry<ParameterVersionRecord>).value;
        return toParameter(parameter, version, readValue(ctx, parameter, version, { decrypt, box }));
      }),
    );
    return { Parameters, ...(nextToken && { NextToken: nextToken }) };
  };
}

function isOfStrings({ Key, Values = [] }: ParameterStringFilter): boolean {
  return Key === "Type" && Values.includes("String");
}
