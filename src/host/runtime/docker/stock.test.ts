import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { DockerContext } from "./context.ts";
import type { PauseContainers } from "./pause.ts";
import { createStock } from "./stock.ts";

/** A stock on an engine that is just starting: it takes connections and drops them. */
function starting() {
  const lines: string[] = [];
  const call = async () => {
    throw new DriverError("Unavailable", "The container engine does not answer: ECONNRESET", { retryable: true });
  };
  const context = { client: { call }, clock: new VirtualClock(), log: (line: string) => lines.push(line), owner: "o" };
  return { lines, stock: createStock(context as unknown as DockerContext, {} as PauseContainers) };
}

test("a look that somebody else began and repeats is not told of as one's own", async () => {
  const { lines, stock } = starting();
  const begun = stock.reconcile();
  await Promise.all([assert.rejects(begun, /ECONNRESET/), stock.prepare(2)]);
  assert.deepEqual(lines, []);
});

test("where none are to be left, that they could not be listed is told", async () => {
  const { lines, stock } = starting();
  await stock.prepare(0);
  assert.deepEqual(lines, ["Prepared sandboxes could not be listed: The container engine does not answer: ECONNRESET"]);
});
