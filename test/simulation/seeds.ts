import assert from "node:assert/strict";
import { test } from "node:test";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Outcome, type Scenario, simulate } from "./simulate.ts";

/** Seeds played when neither the environment nor the scenario names any: quick, and different mixes of faults. */
const defaultSeeds = 100;

export interface SeedOptions {
  /** The test file, which registers this scenario and no other test. */
  readonly file: string;
  /** How many seeds are played when the environment does not say. */
  readonly defaultSeeds?: number;
  /** `[0, 2]`: every second seed, so that two test files share the processors. */
  readonly part?: readonly [index: number, of: number];
}

/**
 * Registers the tests of a scenario: `ESTIVA_SEEDS=n` plays the seeds 1 to n, `ESTIVA_SEED=k` plays k alone. The
 * first ten are played twice more, to show that they replay exactly.
 *
 * Seeds are played in a thread of their own, where the test file is loaded again: node:test follows each promise of the
 * thread in which tests run, which costs as much as all that the simulation does.
 */
export function testScenario<World, Plane>(scenario: Scenario<World, Plane>, options: SeedOptions): void {
  if (!isMainThread) {
    void playThem(scenario, workerData as readonly number[]);
    return;
  }
  const [index, of] = options.part ?? [0, 1];
  const seeds = chosenSeeds(process.env, options.defaultSeeds).filter((seed) => seed % of === index);
  if (seeds.length === 0) return;
  test(`simulation: ${scenario.name}, ${seeds.length} seeds`, async (t) => {
    const startedAt = performance.now();
    const outcomes = await playInThread(options.file, seeds);
    const kills = outcomes.reduce((sum, outcome) => sum + outcome.kills, 0);
    const msPerSeed = (performance.now() - startedAt) / seeds.length;
    t.diagnostic(`${seeds.length} seeds, ${kills} kills, ${msPerSeed.toFixed(1)} ms a seed`);
  });
  test(`simulation: ${scenario.name} replays exactly`, async () => {
    const some = seeds.slice(0, 10);
    const outcomes = await playInThread(options.file, [...some, ...some]);
    assert.deepEqual(outcomes.slice(some.length), outcomes.slice(0, some.length));
  });
}

async function playThem<World, Plane>(scenario: Scenario<World, Plane>, seeds: readonly number[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await simulate(seed, scenario));
  parentPort!.postMessage(outcomes);
}

/** Rejects with what a seed has failed with. */
function playInThread(file: string, seeds: readonly number[]): Promise<Outcome[]> {
  const thread = new Worker(file, { workerData: seeds });
  return new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", (code) => reject(new Error(`The thread has ended with ${code}, and without outcomes.`)));
  });
}

/** The seeds that the environment asks for. Throws on what is no whole number. */
export function chosenSeeds(env: Readonly<Record<string, string | undefined>>, byDefault = defaultSeeds): number[] {
  const { ESTIVA_SEED: one, ESTIVA_SEEDS: many } = env;
  if (one !== undefined) return [parse("ESTIVA_SEED", one)];
  const count = many === undefined ? byDefault : parse("ESTIVA_SEEDS", many);
  return Array.from({ length: count }, (_, i) => i + 1);
}

function parse(name: string, text: string): number {
  const number = Number(text);
  assert.ok(Number.isSafeInteger(number) && number > 0, `${name}=${text}: a whole number above 0 was expected`);
  return number;
}
