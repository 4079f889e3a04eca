import { parseArn } from "#kernel/arn.ts";
import type { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type TrailRecord, trailArn, trailKey, trails } from "../model.ts";

/** The trail of this name or ARN that is seen in the region: one of its own, or one of all regions. */
export async function requireTrail(ctx: RequestContext, nameOrArn: string): Promise<Entry<TrailRecord>> {
  const found = findTrail(ctx, nameOrArn);
  if (found !== undefined) return found;
  throw unknownTrail(ctx, nameOrArn);
}

/** A trail to be changed: that is for its home region to do. */
export async function requireHomeTrail(ctx: RequestContext, nameOrArn: string): Promise<Entry<TrailRecord>> {
  const { key, value } = await requireTrail(ctx, nameOrArn);
  if (value.region !== ctx.region) {
    throw ctx.fault(
      "InvalidHomeRegionException",
      `The operation is not allowed on a shadow trail: ${trailArn(value)} belongs to ${value.region}.`,
    );
  }
  const read = await ctx.store.get(key);
  if (read.value === undefined) throw unknownTrail(ctx, nameOrArn);
  return read as Entry<TrailRecord>;
}

/** Undefined: there is none. Throws for an ARN that is no trail's. */
export function findTrail(ctx: RequestContext, nameOrArn: string): Entry<TrailRecord> | undefined {
  const { store } = ctx;
  if (!nameOrArn.startsWith("arn:")) {
    checkName(ctx, nameOrArn);
    return trailsIn(ctx, true).find(({ value }) => value.name === nameOrArn);
  }
  const arn = parseArn(nameOrArn);
  const name = /^trail\/([^/]+)$/.exec(arn?.resource ?? "")?.[1];
  if (arn?.service !== "cloudtrail" || name === undefined) {
    throw ctx.fault("CloudTrailARNInvalidException", `${nameOrArn} is not the ARN of a trail.`);
  }
  return arn.account === ctx.account ? store.view(trails).get(trailKey(arn, name)) : undefined;
}

/** The trails of the region, and with `shadows` those of other regions that are for all regions. */
export function trailsIn(
  { store, account, region }: World & { readonly store: Pick<Store, "view"> },
  shadows: boolean,
): readonly Entry<TrailRecord>[] {
  const all = store.view(trails).by("account", account);
  return all.filter(({ value }) => value.region === region || (shadows && value.isMultiRegionTrail));
}

/** CreateTrail's rules for names. */
export function checkName(ctx: Pick<RequestContext, "fault">, name: string): void {
  const wrong = nameFault(name);
  if (wrong !== undefined) throw ctx.fault("InvalidTrailNameException", wrong);
}

function nameFault(name: string): string | undefined {
  const specified = `Specified name length: ${name.length} characters.`;
  if (name.length < 3) return `Trail name too short. Minimum allowed length: 3 characters. ${specified}`;
  if (name.length > 128) return `Trail name too long. Maximum allowed length: 128 characters. ${specified}`;
  if (!/^[A-Za-z0-9]/.test(name)) return "Trail name must starts with a letter or number.";
  if (!/[A-Za-z0-9]$/.test(name)) return "Trail name must ends with a letter or number.";
  if (/[^A-Za-z0-9._-]/.test(name)) {
    return (
      "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), " +
      "and underscores (_)."
    );
  }
  return /[._-]{2}/.test(name) ? "Trail name cannot have adjacent periods, underscores or dashes." : undefined;
}

function unknownTrail(ctx: RequestContext, nameOrArn: string): Fault {
  const arn = nameOrArn.startsWith("arn:") ? nameOrArn : trailArn({ ...ctx, name: nameOrArn });
  return ctx.fault("TrailNotFoundException", `Unknown trail: ${arn} for the user: ${ctx.account}`);
}

/** A trail by its ARN, for operations on tags. */
export async function requireTagged(ctx: RequestContext, resourceId: string): Promise<Entry<TrailRecord>> {
  const found = resourceId.startsWith("arn:") ? findTrail(ctx, resourceId) : undefined;
  if (found === undefined) throw ctx.fault("ResourceNotFoundException", `There is no trail ${resourceId}.`);
  return found;
}
