import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataFiles } from "#kernel/data-files.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import type { BlockRun } from "../../segments/runs.ts";
import { LogStorage } from "../../segments/storage.ts";
import { compileQuery } from "../language/query.ts";
import { Findings, scanAll } from "./execution.ts";
import type { ScannedGroup } from "./scan.ts";
import { createLocalScanner } from "./scanner.ts";

const [groupId, known, other] = ["0123456789abcdef", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"];

function textOf(number: number): string {
  return Array.from({ length: 200 }, (_, i) => Math.imul(number * 200 + i, 2_654_435_761).toString(36)).join("");
}

/** Sealed segments of batches whose texts do not compress. */
async function filled(files: DataFiles): Promise<LogStorage> {
  const storage = new LogStorage({ files, segmentBytes: 400_000 });
  for (let batch = 0; batch < 300; batch++) {
    const events = Array.from({ length: 10 }, (_, i) => {
      const timestamp = batch * 10 + i;
      return { timestamp, message: `${timestamp} ${textOf(timestamp)}` };
    });
    const streamId = batch < 200 && batch % 3 === 0 ? other : known;
    await storage.append(groupId, { streamId, ingestionTime: 1, source: undefined, events });
  }
  await storage.settled();
  return storage;
}

interface Ways {
  readonly group: Partial<ScannedGroup>;
  /** As of segments of early versions. */
  readonly isWithoutContent?: boolean;
}

async function newest(files: DataFiles, storage: LogStorage, { group: some, isWithoutContent = false }: Ways) {
  const group = {
    ...{ groupId, log: "0:/g", streams: new Map([[known, "s"]]), startTime: 0, endTime: 1e15, ...some },
  };
  const pinned = await storage.pinRuns(groupId, group);
  const without = ({ blocks, ...run }: BlockRun): BlockRun => {
    return { ...run, blocks: blocks.map(({ content: _known, ...block }) => block) };
  };
  const runs = pinned.runs.map((run) => ({ group, place: 0, run: isWithoutContent ? without(run) : run }));
  let bytesRead = 0;
  const counting: DataFiles = {
    ...files,
    async open(...where) {
      const file = await files.open(...where);
      const read = async (position: number, length: number) => {
        bytesRead += length;
        return file.read(position, length);
      };
      return { ...file, size: () => file.size(), close: () => file.close(), read };
    },
  };
  const text = "fields @message | limit 3";
  const findings = new Findings(compileQuery(text, { now: 0 }), 0);
  const scanner = createLocalScanner(counting);
  const query = { id: "q", text, limit: undefined, now: 0 };
  await scanAll(query, runs, { scanner, findings, signal: new AbortController().signal });
  await pinned.release();
  const messages = findings.rows(() => "p").map((row) => row[0]!.value.split(" ")[0]);
  return { messages, counts: findings.counts, bytesRead };
}

test("blocks of older events than the results are counted without being read", async () => {
  const files = memoryFiles();
  const storage = await filled(files);
  const streams = new Map([
    [known, "s"],
    [other, "t"],
  ]);
  const parts: Partial<ScannedGroup>[] = [{}, { streams }, { streams, startTime: 55, endTime: 2222 }];
  for (const group of parts) {
    const some = await newest(files, storage, { group });
    const all = await newest(files, storage, { group, isWithoutContent: true });
    assert.deepEqual({ ...some, bytesRead: 0 }, { ...all, bytesRead: 0 });
    const last = (group.endTime ?? 3000) - 1;
    assert.deepEqual(some.messages, [last, last - 1, last - 2].map(String));
    if (group.streams !== undefined)
      assert.ok(some.bytesRead < all.bytesRead / 2, `${some.bytesRead} ${all.bytesRead}`);
  }
  await storage.close();
});
