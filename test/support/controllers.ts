import type { Controller } from "#kernel/controller.ts";
import type { Collection } from "#kernel/store.ts";
import type { TestWorld } from "./context.ts";

/** Runs a controller once for each key that the records of a collection make due. */
export async function reconcileAll<T, I extends string>(
  world: TestWorld,
  controller: Controller,
  collection: Collection<T, I>,
): Promise<void> {
  const watches = controller.watches.filter((watch) => watch.collection.name === collection.name);
  const keys = [...world.store.view(collection).all()].flatMap((entry) =>
    watches.flatMap((watch) => watch.keys(entry, world.store)),
  );
  for (const key of new Set(keys)) await world.reconcile(controller, key);
}
