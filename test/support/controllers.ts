import { type Control, startControl } from "#control/index.ts";
import { type Controller, silentLog } from "#kernel/controller.ts";
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

export interface DrivenControllers {
  /** Runs the controllers until nothing is to be done now. */
  settle(): Promise<void>;
  /** Lets time pass, with all that falls due in it. */
  pass(seconds: number): Promise<void>;
  /** Ends the controllers, as the end of the process does. */
  stop(): Promise<void>;
}

/** Runs controllers together over a world, as the platform does, from the first `settle` on. */
export function drive(
  { store, clock, random }: TestWorld,
  controllers: readonly Controller[],
  log = silentLog,
): DrivenControllers {
  let control: Control | undefined;
  const onBug = (error: unknown) => {
    throw error;
  };
  const settle = async () => {
    control ??= startControl({ store, controllers, clock, random, log, onBug });
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(0);
    } while (!control.isIdle());
  };
  return {
    settle,
    async pass(seconds) {
      const until = clock.now() + seconds * 1000;
      await settle();
      for (let at = clock.nextAt(); at !== undefined && at <= until; at = clock.nextAt()) {
        await clock.advance(at - clock.now());
        await settle();
      }
      await clock.advance(until - clock.now());
      await settle();
    },
    async stop() {
      await control?.stop();
      control = undefined;
    },
  };
}
