import { versionsOf } from "../model.ts";
import { parameterIfAny } from "../request/find.ts";
import type { SsmHandler } from "../request/handler.ts";

export const DeleteParameters: SsmHandler<"DeleteParameters"> = async (input, ctx) => {
  const named = [...new Set(input.Names)].map((name) => ({ name, found: parameterIfAny(ctx, name) }));
  const present = named.flatMap(({ found }) => (found && found.reference.selector === undefined ? [found.entry] : []));
  const versions = await Promise.all(present.map(({ value }) => ctx.store.list(versionsOf(value))));
  const remove = [...present, ...versions.flat()].map(({ key }) => key);
  await ctx.store.commit({ unchanged: present, remove });
  const isDeleted = (each: (typeof named)[number]) => each.found !== undefined && present.includes(each.found.entry);
  return {
    DeletedParameters: named.filter(isDeleted).map(({ name }) => name),
    InvalidParameters: named.filter((each) => !isDeleted(each)).map(({ name }) => name),
  };
};
