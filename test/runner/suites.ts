import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../support/sources.ts";

/**
 * Which tests run how. What a file imports and starts says it, so that nobody has to keep a list:
 * - `unit`: everything else. A process for each processor, with its share of the files: a process a file would take
 *   far longer to start. Part of `estiva check`.
 * - `process`: starts processes of its own, plays many seeds or speaks through real clients. A process a file.
 * - `machine`: needs the container engine, or root and real packets. A process a file, one after the other.
 */
export const suiteNames = ["unit", "process", "machine"] as const;
export type SuiteName = (typeof suiteNames)[number];

const usesMachine = /from "[./]*(?:test\/)?(?:images|contracts\/network|support\/platform)\b/;
const startsProcesses = /\bnew TestProcess\(|contracts\/load-balancer\b/;
const playsSeeds = /process\.env\.ESTIVA_\w*(?:SEEDS?|ROUNDS)\b/;
const usesClients = /@aws-sdk\/client-/;
const heavyFolders = /^test\/(?:simulation|conformance)\//;
const simulation = /^test\/simulation\//;

/** A test that takes longer has hung: several times what any of them takes on a busy machine. */
export const testTimeoutMs = 15 * 60_000;

/** The same for the tests of a file: one of the simulation plays many seeds. */
export function testTimeoutOf(path: string): number {
  return simulation.test(path) ? 4 * testTimeoutMs : testTimeoutMs;
}

/** Sorts what takes longest to the front, so that nothing long is left alone at the end. */
export function longestFirst(one: string, other: string): number {
  return Number(simulation.test(other)) - Number(simulation.test(one));
}

/** The suite of the test file at `path` (relative to the root) with this text. */
export function suiteOf(path: string, text: string): SuiteName {
  if (usesMachine.test(text) || path.startsWith("test/e2e/")) return "machine";
  const heavy = [startsProcesses, playsSeeds, usesClients].some((pattern) => pattern.test(text));
  return heavy || heavyFolders.test(path) ? "process" : "unit";
}

/** The test files of the checkout whose paths contain one of the words (all, without words), by suite, sorted. */
export function findTestFiles(root: string, words: readonly string[]): Readonly<Record<SuiteName, readonly string[]>> {
  const found: Record<SuiteName, string[]> = { unit: [], process: [], machine: [] };
  for (const path of sourceFiles(root).filter((file) => file.endsWith(".test.ts"))) {
    if (words.length > 0 && !words.some((word) => path.includes(word))) continue;
    found[suiteOf(path, readFileSync(join(root, path), "utf8"))].push(path);
  }
  return found;
}

/** The files in so many shares, dealt out as cards are: neighbours, which are alike, go to different ones. */
export function dealOut(files: readonly string[], shares: number): readonly (readonly string[])[] {
  return Array.from({ length: shares }, (_, share) => files.filter((_file, i) => i % shares === share));
}
