import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import { testWorld } from "../../test/support/context.ts";
import { createActAs, type EndedCall } from "./act-as.ts";

test("each call is told to the audit trail: what it answered, and why it failed or was refused", async () => {
  const { store, clock } = await testWorld({ collections: [] });
  const ecs = {
    name: "ecs",
    operations: {
      ListTasks: async () => ({}),
      RunTask: async () => ({ tasks: [] }),
      StopTask: async () => {
        throw new Fault("ClusterNotFoundException", "Cluster not found.");
      },
    },
  } as unknown as ServiceModule;
  const told: EndedCall[] = [];
  const actAs = createActAs({
    ...{ services: [ecs], store, clock, random: seededRandom(1), log: silentLog, canAssume: () => true },
    check: ({ operation }) => (operation === "ListTasks" ? "not authorized" : undefined),
    audit: (call) => told.push(call),
  });
  const call = { service: "ecs", input: {}, caller: {} as never, account: "1", region: "r", invokedBy: "s" };
  await actAs({ ...call, operation: "RunTask" });
  await assert.rejects(actAs({ ...call, operation: "StopTask" }));
  await assert.rejects(actAs({ ...call, operation: "ListTasks" }));
  assert.deepEqual(
    told.map(({ operation, invokedBy, output, fault }) => [operation, invokedBy, output, fault?.code]),
    [
      ["RunTask", "s", { tasks: [] }, undefined],
      ["StopTask", "s", undefined, "ClusterNotFoundException"],
      ["ListTasks", "s", undefined, "AccessDeniedException"],
    ],
  );
});
