import { writeSync } from "node:fs";
import { systemClock } from "#kernel/clock.ts";
import { openEmbeddedEngine } from "./index.ts";

/*
 * A process to be killed: commits pairs of records (`a/<run>-<n>` and `b/<run>-<n>`) to the data folder of its first
 * argument, sixteen at a time, and writes a line with the number of each once its commit has resolved.
 */
const [dataDir = "", run = ""] = process.argv.slice(2);
// A short history: the log is compacted, and pages given back, all the time.
const history = { revisions: 100, bytes: 2 ** 20 };
const engine = await openEmbeddedEngine({ clock: systemClock({ keepAlive: true }), dataDir, history });
writeSync(1, "open\n");
let next = 0;

async function writeForever(): Promise<never> {
  for (;;) {
    const n = next++;
    const value = { n, padding: "x".repeat((n * 37) % 3000) };
    const put = [`a/${run}-${n}`, `b/${run}-${n}`, "counter"].map((key) => ({ key, value }));
    const result = await engine.commit({ compare: [], put, remove: n % 3 === 2 ? [`a/${run}-${n - 2}`] : [] });
    if (result.ok) writeSync(1, `${n}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, writeForever));
