import type { DescribeParametersRequest, ParameterStringFilter } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { worldOf } from "#kernel/world.ts";
import { parameters } from "../model.ts";
import { checkFilters, matchesFilters } from "../request/filters.ts";
import type { SsmHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toMetadata } from "../request/shapes.ts";

const filterKeys = ["Name", "Type", "KeyId", "Path", "Label", "Tier", "DataType", "tag:"];

export const DescribeParameters: SsmHandler<"DescribeParameters"> = async (input, ctx) => {
  const filters = filtersOf(input);
  checkFilters(filters, filterKeys);
  const found = ctx.store
    .view(parameters)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    // Nothing is shared between accounts.
    .filter((parameter) => !input.Shared && matchesFilters(parameter, filters));
  const scope = `DescribeParameters ${JSON.stringify(filters)}`;
  const { items, nextToken } = listPage(scope, input, found, ({ name }) => name, 50);
  return { Parameters: items.map(toMetadata), ...(nextToken && { NextToken: nextToken }) };
};

/** The older form of filters: names are given by how they begin. */
function filtersOf({
  Filters = [],
  ParameterFilters = [],
}: DescribeParametersRequest): readonly ParameterStringFilter[] {
  if (Filters.length > 0 && ParameterFilters.length > 0) {
    const message = "You can use either Filters or ParameterFilters in a single request.";
    throw new Fault("ValidationException", message);
  }
  const older = Filters.map(({ Key, Values }) => ({ Key, Values, ...(Key === "Name" && { Option: "BeginsWith" }) }));
  return [...older, ...ParameterFilters];
}
