import type { StateMachine } from "#kernel/store.ts";

/** What a caller has asked for is in the store at once; the namespace's controller carries it out to the hosts. */
export const operationMachine: StateMachine<{ readonly status: string }> = {
  state: ({ status }) => status,
  initial: ["SUBMITTED"],
  transitions: {
    "servicediscovery.namespace": [
      ["SUBMITTED", "SUCCESS"],
      ["SUBMITTED", "FAIL"],
    ],
    "servicediscovery.operation-reaper": [
      ["SUCCESS", "DELETED"],
      ["FAIL", "DELETED"],
    ],
  },
};
