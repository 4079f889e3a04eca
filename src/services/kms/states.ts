import type { StateMachine } from "#kernel/store.ts";

/** Every legal change of a key's state, under the component that may make it. */
export const keyMachine: StateMachine<{ readonly state: string }> = {
  state: ({ state }) => state,
  initial: ["Enabled"],
  transitions: {
    api: [
      ["Enabled", "Disabled"],
      ["Disabled", "Enabled"],
      ["Enabled", "PendingDeletion"],
      ["Disabled", "PendingDeletion"],
      ["PendingDeletion", "Disabled"],
    ],
    "kms.key": [["PendingDeletion", "DELETED"]],
  },
};
