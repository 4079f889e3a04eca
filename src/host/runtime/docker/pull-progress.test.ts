import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProgressLine } from "./api.ts";
import { foldPullProgress, type PullState, summarizePull } from "./pull-progress.ts";

test("progress is the sum over the layers", () => {
  const lines: ProgressLine[] = [
    { status: "Pulling from library/nginx", id: "1.25" },
    { status: "Already exists", id: "aaa" },
    { status: "Pulling fs layer", id: "bbb", progressDetail: {} },
    { status: "Downloading", id: "bbb", progressDetail: { current: 40, total: 100 } },
    { status: "Pulling fs layer", id: "ccc" },
    { status: "Downloading", id: "ccc", progressDetail: { current: 10, total: 50 } },
    { status: "Download complete", id: "ccc" },
    { status: "Extracting", id: "ccc", progressDetail: { current: 5, total: 50 } },
    { status: "Digest: sha256:abc" },
  ];
  const state = lines.reduce(foldPullProgress, new Map() as PullState);
  assert.deepEqual(summarizePull(state), { layersDone: 1, layersTotal: 3, bytesDone: 90, bytesTotal: 150 });
  const done = ["bbb", "ccc"].reduce((before, id) => foldPullProgress(before, { status: "Pull complete", id }), state);
  assert.deepEqual(summarizePull(done), { layersDone: 3, layersTotal: 3, bytesDone: 150, bytesTotal: 150 });
});
