import type { ResourceType } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { worldOf } from "#kernel/world.ts";
import { type Resource, type SecurityGroup, securityGroups, type Tag } from "../model.ts";
import { findRuleOfGroup } from "../rules/change.ts";
import { find, type Kind, kinds } from "./kinds.ts";

const allKinds = Object.values(kinds) as unknown as readonly Kind<Resource>[];
const rulePrefix = "sgr";

/** Tags of one resource as they are to be: the record to write, and that it must not have changed. */
export type TagChange = (tags: readonly Tag[]) => readonly Tag[];

/** Changes the tags of all the resources in one commit, or of none. */
export async function changeTags(ctx: RequestContext, ids: readonly string[], change: TagChange): Promise<void> {
  const entries = new Map<string, { readonly read: Awaited<ReturnType<typeof taggedEntry>>; value: Resource }>();
  for (const id of new Set(ids)) {
    const read = await taggedEntry(ctx, id);
    // Several rules of one group are one record.
    const value = entries.get(read.key)?.value ?? read.value;
    entries.set(read.key, { read, value: retagged(value, id, change) });
  }
  const changed = [...entries.values()];
  await ctx.store.commit({
    unchanged: changed.map(({ read }) => read),
    put: changed.map(({ read, value }) => ({ key: read.key, value })),
  });
}

/** The record that has the tags of this id. */
async function taggedEntry(ctx: RequestContext, id: string) {
  if (id.startsWith(`${rulePrefix}-`)) return findRuleOfGroup(ctx, id).entry;
  const kind = allKinds.find((candidate) => id.startsWith(`${candidate.prefix}-`));
  if (kind === undefined) throw ctx.fault("InvalidID", `The ID '${id}' is not valid`);
  return find(ctx, kind, id);
}

function retagged(value: Resource, id: string, change: TagChange): Resource {
  if (!id.startsWith(`${rulePrefix}-`)) return { ...value, tags: change(value.tags) };
  const group = value as SecurityGroup;
  const rules = group.rules.map((rule) =>
    rule.securityGroupRuleId === id ? { ...rule, tags: change(rule.tags) } : rule,
  );
  return { ...group, rules } as Resource;
}

export interface TagOfResource {
  readonly resourceId: string;
  readonly resourceType: ResourceType;
  readonly tag: Tag;
}

/** Every tag in the account and region. */
export function allTags(ctx: RequestContext): readonly TagOfResource[] {
  const ofRecords = allKinds.flatMap((kind) =>
    ctx.store
      .view(kind.collection)
      .by("region", worldOf(ctx))
      .flatMap(({ value }) => tagsOf(kind.id(value), kind.type, value.tags)),
  );
  const ofRules = ctx.store
    .view(securityGroups)
    .by("region", worldOf(ctx))
    .flatMap(({ value }) => value.rules)
    .flatMap((rule) => tagsOf(rule.securityGroupRuleId, "security-group-rule", rule.tags));
  return [...ofRecords, ...ofRules];
}

function tagsOf(resourceId: string, resourceType: ResourceType, tags: readonly Tag[]): TagOfResource[] {
  return tags.map((tag) => ({ resourceId, resourceType, tag }));
}
