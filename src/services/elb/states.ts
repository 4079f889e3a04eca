import type { StateMachine } from "#kernel/store.ts";

/** A load balancer is `provisioning` until each of its nodes has said what became of it. */
export const loadBalancerMachine: StateMachine<{ readonly state: string }> = {
  state: ({ state }) => state,
  initial: ["provisioning"],
  transitions: {
    "elb.nodes": [
      ["provisioning", "active"],
      ["provisioning", "failed"],
      ["active", "active_impaired"],
      ["active_impaired", "active"],
      ["failed", "active"],
    ],
  },
  removable: true,
};

/** A target that is deregistered drains until its delay has passed; registered again meanwhile, it is as before. */
export const targetMachine: StateMachine<{ readonly drainUntil?: number }> = {
  state: ({ drainUntil }) => (drainUntil === undefined ? "registered" : "draining"),
  initial: ["registered"],
  transitions: {
    api: [
      ["registered", "draining"],
      ["draining", "registered"],
    ],
    "ecs.targets": [
      ["registered", "draining"],
      ["draining", "registered"],
    ],
  },
  removable: true,
};
