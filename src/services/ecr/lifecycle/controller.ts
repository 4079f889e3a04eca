import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { removalOf, withArtifacts } from "../catalog/removal.ts";
import { archived, type RepositoryRecord, repositories, statusOf } from "../model.ts";
import { affectedImages } from "./images.ts";
import type { LifecycleAction } from "./rules.ts";

const hourMs = 3_600_000;

/** Removes and archives the images that lifecycle policies choose: when a policy is put, and every hour. */
export const lifecycleController: Controller = {
  name: "ecr.lifecycle",
  watches: [watch(repositories, ({ key, value }) => (value.lifecycle === undefined ? [] : [key]))],
  async reconcile(key, { store, clock, log }) {
    const repository = await store.get(key as Key<RepositoryRecord>);
    const { value } = repository;
    if (value?.lifecycle === undefined) return;
    const now = clock.now();
    const { text, evaluatedAt } = value.lifecycle;
    const due = evaluatedAt === undefined ? now : evaluatedAt + hourMs;
    if (now < due) return { lookAgainAt: due };
    const affected = affectedImages(store, value.id, text, now);
    const of = (wanted: LifecycleAction) => affected.filter(({ action }) => action === wanted);
    const removals = of("expire").map(({ image }) => removalOf(store, image));
    const removed = new Set(removals.flatMap(({ keys }) => keys));
    const transitions = of("transition")
      .flatMap(({ image }) => withArtifacts(store, image))
      // What goes with an image that expires is not archived.
      .filter(({ key, value }) => !removed.has(key) && statusOf(value) === "ACTIVE");
    const read = [...removals.flatMap((removal) => removal.read), ...transitions];
    await store.commit({
      unchanged: [repository, ...new Map(read.map((entry) => [entry.key, entry])).values()],
      put: [
        { key: repository.key, value: { ...value, lifecycle: { text, evaluatedAt: now } } },
        ...transitions.map((image) => ({ key: image.key, value: archived(image.value, now) })),
      ],
      remove: [...removed],
    });
    if (affected.length > 0) log.info("A lifecycle policy has removed or archived images", { repository: value.name });
    return { lookAgainAt: now + hourMs };
  },
};
