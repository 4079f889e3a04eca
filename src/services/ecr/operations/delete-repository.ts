import { Fault } from "#kernel/fault.ts";
import { blobLinks, manifests, pullTimes, replications, scans, tags } from "../model.ts";
import { describeRepository } from "../request/describe.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";

export const DeleteRepository: EcrHandler<"DeleteRepository"> = async (input, ctx) => {
  const repository = await requireRepository(ctx, input);
  const { id, name, account } = repository.value;
  const images = ctx.store.view(manifests).by("repository", id);
  if (images.length > 0 && !input.force) {
    const message =
      `The repository with name '${name}' in registry with id '${account}' cannot be deleted because it still ` +
      "contains images";
    throw new Fault("RepositoryNotEmptyException", message);
  }
  const contents = [
    ...images,
    ...ctx.store.view(tags).by("repository", id),
    ...ctx.store.view(blobLinks).by("repository", id),
    ...ctx.store.view(pullTimes).by("repository", id),
    ...ctx.store.view(replications).by("repository", id),
    ...ctx.store.view(scans).by("repository", id),
  ];
  await ctx.store.commit({
    unchanged: [repository],
    remove: [repository.key, ...contents.map(({ key }) => key)],
  });
  return { repository: describeRepository(repository.value, ctx) };
};
