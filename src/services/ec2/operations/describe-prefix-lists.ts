import { filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";

const none = () => [];

/** Prefix lists are those of gateway endpoints, and there are none. */
export const DescribePrefixLists: Ec2Handler<"DescribePrefixLists"> = async (input, ctx) => {
  filterTest(ctx, input.Filters, { "prefix-list-id": none, "prefix-list-name": none });
  const id = input.PrefixListIds?.[0];
  if (id !== undefined) {
    throw ctx.fault("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);
  }
  return { PrefixLists: [] };
};
