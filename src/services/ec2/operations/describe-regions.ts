import { partitionOf } from "#kernel/arn.ts";
import { usualRegions } from "#kernel/regions.ts";
import { filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";

const regionForm = /^[a-z]+(-[a-z]+)+-\d+$/;
const optInStatus = "opt-in-not-required";

/** The usual regions and the caller's own; others when they are asked for by name. */
export const DescribeRegions: Ec2Handler<"DescribeRegions"> = async (input, ctx) => {
  const names = input.RegionNames ?? [];
  const unknown = names.filter((name) => !regionForm.test(name));
  if (unknown.length > 0) {
    throw ctx.fault("InvalidParameterValue", `Invalid region names: [${unknown.join(", ")}]`);
  }
  const usual = partitionOf(ctx.region) === "aws" ? Object.keys(usualRegions) : [];
  const candidates = names.length > 0 ? names : [...usual, ctx.region];
  // Every region is served at the one endpoint of the platform.
  const endpoint = new URL(ctx.endpoint).host;
  const matches = filterTest<{ readonly name: string; readonly tags: [] }>(ctx, input.Filters, {
    endpoint: () => endpoint,
    "opt-in-status": () => optInStatus,
    "region-name": (region) => region.name,
  });
  return {
    Regions: [...new Set(candidates)]
      .sort()
      .filter((name) => matches({ name, tags: [] }))
      .map((name) => ({ RegionName: name, Endpoint: endpoint, OptInStatus: optInStatus })),
  };
};
