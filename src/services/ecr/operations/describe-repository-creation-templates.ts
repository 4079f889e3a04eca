import { worldOf } from "#kernel/world.ts";
import { normalPrefix, templates } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { describeTemplate } from "../request/templates.ts";

type Operation = EcrHandler<"DescribeRepositoryCreationTemplates">;

/** Prefixes that have no template are passed over: the operation has no fault for them. */
export const DescribeRepositoryCreationTemplates: Operation = async (input, ctx) => {
  const { prefixes } = input;
  const wanted = prefixes && new Set(prefixes.map(normalPrefix));
  const found = ctx.store
    .view(templates)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter(({ prefix }) => wanted === undefined || wanted.has(normalPrefix(prefix)));
  const scope = `DescribeRepositoryCreationTemplates ${JSON.stringify(prefixes)}`;
  const { items, nextToken } = listPage(scope, input, found, ({ prefix }) => normalPrefix(prefix));
  return {
    registryId: ctx.account,
    repositoryCreationTemplates: items.map(describeTemplate),
    ...(nextToken && { nextToken }),
  };
};
