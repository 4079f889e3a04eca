import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenSeeds } from "./seeds.ts";
import { SimulationFailure, simulate } from "./simulate.ts";
import { toyScenario } from "./toy-scenario.ts";

test("different seeds play differently", async () => {
  const scenario = toyScenario({ jobs: 12, fenced: true });
  const [one, two] = [await simulate(1, scenario), await simulate(2, scenario)];
  assert.notEqual(one.fingerprint, two.fingerprint);
});

test("a missing fence is found, and the failure names its seed and replays", async () => {
  const scenario = toyScenario({ jobs: 12, fenced: false });
  const failing = await firstFailure(scenario);
  assert.match(failing.error.message, new RegExp(`Every job is counted once[^]*ESTIVA_SEED=${failing.seed}\\b`));
  await assert.rejects(simulate(failing.seed, scenario), { message: failing.error.message });
});

async function firstFailure(scenario: ReturnType<typeof toyScenario>) {
  for (let seed = 1; seed <= 200; seed++) {
    try {
      await simulate(seed, scenario);
    } catch (error) {
      assert.ok(error instanceof SimulationFailure);
      return { seed, error };
    }
  }
  return assert.fail("No seed found the bug");
}

test("a play that waits for nothing is told apart from a long one", async () => {
  const scenario = { ...toyScenario({ jobs: 1, fenced: true }), play: () => new Promise<void>(() => {}) };
  await assert.rejects(simulate(1, scenario), /waits for something that will never come/);
});

test("the environment chooses the seeds", () => {
  const cases: [Record<string, string>, number[]][] = [
    [{ ESTIVA_SEED: "77" }, [77]],
    [{ ESTIVA_SEEDS: "3" }, [1, 2, 3]],
    [{ ESTIVA_SEED: "5", ESTIVA_SEEDS: "3" }, [5]],
  ];
  for (const [env, seeds] of cases) assert.deepEqual(chosenSeeds(env), seeds);
  assert.equal(chosenSeeds({}).length, 100);
  assert.throws(() => chosenSeeds({ ESTIVA_SEED: "x" }), /ESTIVA_SEED=x/);
});
