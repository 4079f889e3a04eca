import type { Store } from "#kernel/store.ts";
import { absent } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { defaultVpcPuts } from "./default-vpc.ts";
import { defaultVpcMarkKey } from "./vpc.ts";

/**
 * Every account has a default VPC in every region from the start: it is written down when somebody first looks. A rival
 * that does so at the same moment makes the commit reject with `ConflictError`, and the caller is run again.
 */
export async function ensureDefaultVpc(ctx: World & { readonly store: Store }): Promise<void> {
  const mark = await ctx.store.get(defaultVpcMarkKey(ctx));
  if (mark.value !== undefined) return;
  await ctx.store.commit({ unchanged: [absent(mark.key)], put: defaultVpcPuts(ctx, 1) });
}
