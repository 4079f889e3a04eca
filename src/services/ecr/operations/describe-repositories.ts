import { worldOf } from "#kernel/world.ts";
import { repositories, repositoryKey } from "../model.ts";
import { describeRepository } from "../request/describe.ts";
import { notFound, registryOf } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const DescribeRepositories: EcrHandler<"DescribeRepositories"> = async (input, ctx) => {
  const world = registryOf(ctx, input);
  const view = ctx.store.view(repositories);
  const { repositoryNames } = input;
  if (repositoryNames !== undefined) {
    const found = repositoryNames.map((name) => {
      const entry = view.get(repositoryKey(world, name));
      if (entry === undefined) throw notFound(world, name);
      return entry.value;
    });
    return { repositories: found.map((repository) => describeRepository(repository, ctx)) };
  }
  const all = view.by("world", worldOf(world)).map(({ value }) => value);
  const { items, nextToken } = listPage("DescribeRepositories", input, all, ({ name }) => name);
  return {
    repositories: items.map((repository) => describeRepository(repository, ctx)),
    ...(nextToken && { nextToken }),
  };
};
