import { relative } from "node:path";
import type { Outcome } from "./messages.ts";

const slowestFiles = 5;
const slowMs = 1000;

/** Counts outcomes and says at the end what a reader must know. */
export class Summary {
  passed = 0;
  failed = 0;
  readonly #root: string;
  readonly #failures: string[] = [];
  /** Reason -> where. */
  readonly #skips = new Map<string, string[]>();
  readonly #durations = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  add(outcome: Outcome): void {
    if (this.#isFile(outcome)) return;
    const file = outcome.file === undefined ? "" : relative(this.#root, outcome.file);
    const where = file === "" ? outcome.name : `${outcome.name} (${file}:${outcome.line ?? 0})`;
    const place = file || outcome.name;
    if (outcome.nesting === 0) this.#durations.set(place, (this.#durations.get(place) ?? 0) + outcome.durationMs);
    if (outcome.kind === "pass") this.passed++;
    if (outcome.kind === "skip") {
      const reason = outcome.reason ?? "no reason given";
      this.#skips.set(reason, [...(this.#skips.get(reason) ?? []), where]);
    }
    if (outcome.kind !== "fail") return;
    this.failed++;
    this.#failures.push(`✖ ${where}\n${outcome.reason ?? ""}`);
  }

  /** With a process a file, the file is a test as well; it counts only when it broke outside of its tests. */
  #isFile(outcome: Outcome): boolean {
    return outcome.kind !== "fail" && outcome.file !== undefined && outcome.file.endsWith(outcome.name);
  }

  /** Failures with their errors, skips with their reasons, the slowest files, and the closing line. */
  text(seconds: number): string {
    const skipped = [...this.#skips.values()].reduce((sum, places) => sum + places.length, 0);
    const slow = [...this.#durations].filter(([, ms]) => ms >= slowMs).sort(([, a], [, b]) => b - a);
    return [
      ...this.#failures.map((failure) => `\n${failure}`),
      ...(skipped > 0 ? [`\n${skipped} skipped:`] : []),
      ...[...this.#skips].map(([reason, places]) => `- ${reason}\n${places.map((place) => `    ${place}`).join("\n")}`),
      ...(slow.length > 0 ? ["\nSlowest:"] : []),
      ...slow.slice(0, slowestFiles).map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`),
      `\nTook ${seconds.toFixed(1)} s.`,
      `${this.passed} passed, ${this.failed} failed`,
      "",
    ].join("\n");
  }
}
