import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Authorizer, createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { addUser } from "../support/iam.ts";
import { sampleInput } from "./sample.ts";
import { folders, modelOf, tableOf, worldOfAll } from "./tables.ts";

/** What every signed caller may do, whatever policies say. AWS has it so, or the handler asks for itself. */
const open: Readonly<Record<string, readonly string[]>> = {
  sts: ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken"],
};

/** Nothing is open that is not meant to be: streams, agents' operations and what is written tomorrow included. */
describe("a user without a policy", () => {
  const services: ServiceModule[] = [];
  let authorizer: Authorizer;
  let caller: Caller;
  before(async () => {
    const world = await worldOfAll();
    for (const name of folders) {
      services.push({ name, operations: {}, controllers: [], collections: [], authorization: await tableOf(name) });
    }
    const secretBox = createSecretBox(new Uint8Array(32), seededRandom(1));
    authorizer = createAuthorizer({ services, store: world.store, clock: world.clock, secretBox });
    caller = await addUser(world.store.as("api"), "000000000000", "nobody");
  });
  for (const service of folders) {
    it(`may do nothing in ${service} that is not open to all`, async () => {
      const table = await tableOf(service);
      const model = modelOf(service, table);
      const allowed = Object.keys(table.operations).filter((operation) => {
        const input = sampleInput(model, operation, undefined);
        const call = { service, operation, input, caller, account: caller.account, region: "us-east-1" };
        return authorizer.checkCall(call) === undefined;
      });
      assert.deepEqual(allowed.toSorted(), open[service] ?? []);
    });
  }
});
