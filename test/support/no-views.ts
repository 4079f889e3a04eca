import type { Store } from "#kernel/store.ts";

/** For what is given views and is not to look at any. */
export const noViews: Pick<Store, "view"> = {
  view({ name }) {
    throw new Error(`The view of ${name} was asked for.`);
  },
};
