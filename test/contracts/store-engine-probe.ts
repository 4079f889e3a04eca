import assert from "node:assert/strict";
import type { EngineEntry, StoreEngine } from "#kernel/engine.ts";
import type { ChangeBatch, RangeOptions } from "#kernel/store.ts";

/* Short ways to work an engine, for its tests. */

export async function put(engine: StoreEngine, key: string, value: unknown, lease?: number): Promise<number> {
  const put = [lease === undefined ? { key, value } : { key, value, lease }];
  const result = await engine.commit({ compare: [], put, remove: [] });
  assert.ok(result.ok);
  return result.revision;
}

export async function remove(engine: StoreEngine, key: string): Promise<number> {
  const result = await engine.commit({ compare: [], put: [], remove: [key] });
  assert.ok(result.ok);
  return result.revision;
}

export async function keys(engine: StoreEngine, prefix: string, options?: RangeOptions): Promise<string[]> {
  return (await engine.list(prefix, options)).entries.map((entry: EngineEntry) => entry.key);
}

/** Watches, and tells what came. */
export function watchFrom(engine: StoreEngine, prefix: string, afterRevision: number) {
  const batches: ChangeBatch<unknown>[] = [];
  const subscription = engine.watch(prefix, {
    afterRevision,
    onBatch: (batch) => batches.push(batch),
    onCompacted: () => assert.fail("compacted"),
  });
  const describeChange = (change: ChangeBatch<unknown>["changes"][number]) => {
    const was = change.previous === undefined ? "" : ` was ${change.previous.value}`;
    return change.type === "put"
      ? `put ${change.entry.key} ${change.entry.value}${was}`
      : `remove ${change.previous.key}${was}`;
  };
  return {
    revisions: () => batches.map((batch) => batch.revision),
    summary: () => batches.flatMap((batch) => batch.changes.map(describeChange)),
    close: () => subscription.close(),
  };
}
