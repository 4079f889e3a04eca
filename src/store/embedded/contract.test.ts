import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StoreEngine } from "#kernel/engine.ts";
import type { VirtualClock } from "#kernel/virtual-clock.ts";
import { type OpenedEngine, testStoreEngine } from "../../../test/contracts/store-engine.ts";
import { memoryEngine, openEmbeddedEngine } from "./index.ts";
import { MemoryJournal } from "./memory-journal.ts";

testStoreEngine("embedded", {
  async open(t, clock) {
    const dataDir = mkdtempSync(join(tmpdir(), "estiva-store-"));
    t.after(() => rmSync(dataDir, { recursive: true }));
    return opened(t, clock, () => openEmbeddedEngine({ clock, dataDir }));
  },
});

testStoreEngine("memory", {
  async open(t, clock) {
    const journal = new MemoryJournal();
    return opened(t, clock, async () => memoryEngine({ clock, journal }));
  },
});

async function opened(t: TestContext, clock: VirtualClock, open: () => Promise<StoreEngine>): Promise<OpenedEngine> {
  const engine = await open();
  t.after(() => engine.close());
  return {
    engine,
    async reopen() {
      await engine.close();
      return opened(t, clock, open);
    },
  };
}
