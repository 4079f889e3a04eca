import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { rulePlace } from "../condition-keys.ts";
import { busIfAny, busReference, type EventBusRecord, type FoundBus, type RuleRecord, ruleKey } from "../model.ts";

/** The bus that a name or an ARN means, of whatever account and region. */
export function requireBus(ctx: RequestContext, nameOrArn?: string): FoundBus {
  const { name, ...world } = busReference(ctx, nameOrArn);
  const found = busIfAny(ctx.store, world, name);
  if (found === undefined) throw noBus(name);
  return found;
}

function noBus(name: string): Fault {
  return new Fault("ResourceNotFoundException", `Event bus ${name} does not exist.`);
}

/** Writes a bus that was changed; one that was the implied default one has a record from now on. */
export async function replaceBus(ctx: RequestContext, { read }: FoundBus, bus: EventBusRecord): Promise<void> {
  const value = bus.creationTime === undefined ? bus : { ...bus, lastModifiedTime: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value }] });
}

/** A rule by its name and the name or ARN of its bus. */
export async function requireRule(ctx: RequestContext, name: string, bus?: string): Promise<Entry<RuleRecord>> {
  const { name: busName, ...world } = busReference(ctx, bus);
  if (busIfAny(ctx.store, world, busName) === undefined) throw noBus(busName);
  return requireRuleOf(ctx, world, busName, name);
}

async function requireRuleOf(
  ctx: RequestContext,
  world: World,
  busName: string,
  name: string,
): Promise<Entry<RuleRecord>> {
  const rule = await ctx.store.get(ruleKey(world, busName, name));
  if (rule.value !== undefined) return rule;
  throw new Fault("ResourceNotFoundException", `Rule ${name} does not exist on EventBus ${busName}.`);
}

export async function replaceRule(ctx: RequestContext, rule: Entry<RuleRecord>, value: RuleRecord): Promise<void> {
  await ctx.store.commit({ unchanged: [rule], put: [{ key: rule.key, value }] });
}

/** A bus or a rule by its ARN, for tags. */
export type Tagged =
  | { readonly kind: "bus"; readonly found: FoundBus }
  | { readonly kind: "rule"; readonly rule: Entry<RuleRecord> };

export async function requireTagged(ctx: RequestContext, text: string): Promise<Tagged> {
  const arn = parseArn(text);
  if (arn?.service === "events" && /^event-bus\/.*[^/]$/.test(arn.resource)) {
    return { kind: "bus", found: requireBus(ctx, text) };
  }
  const place = arn && rulePlace(arn);
  if (!place?.name) throw new Fault("ValidationException", "Parameter ResourceARN is not valid.");
  return { kind: "rule", rule: await requireRuleOf(ctx, arn!, place.busName, place.name) };
}
