import type { PullProgress } from "../driver.ts";
import type { ProgressLine } from "./api.ts";

interface Layer {
  readonly done: boolean;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** What a pull's progress lines have said so far, by layer. */
export type PullState = ReadonlyMap<string, Layer>;

const begins = new Set(["Pulling fs layer", "Waiting", "Downloading", "Verifying Checksum", "Extracting"]);

/** Takes one more line into account. Lines that tell nothing of a layer give back the same state. */
export function foldPullProgress(state: PullState, line: ProgressLine): PullState {
  const { id, status } = line;
  if (id === undefined || status === undefined) return state;
  const known = state.get(id);
  const total = line.progressDetail?.total ?? known?.bytesTotal ?? 0;
  let next: Layer;
  if (status === "Pull complete" || status === "Already exists")
    next = { done: true, bytesDone: total, bytesTotal: total };
  else if (status === "Download complete") next = { done: false, bytesDone: total, bytesTotal: total };
  else if (status === "Extracting") next = { done: false, bytesDone: known?.bytesTotal ?? total, bytesTotal: total };
  else if (begins.has(status)) {
    next = { done: false, bytesDone: line.progressDetail?.current ?? known?.bytesDone ?? 0, bytesTotal: total };
  } else return state; // "Pulling from library/nginx" names the tag as its id
  return new Map(state).set(id, next);
}

export function summarizePull(state: PullState): PullProgress {
  const layers = [...state.values()];
  const sum = (pick: (layer: Layer) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
  return {
    layersDone: layers.filter((layer) => layer.done).length,
    layersTotal: layers.length,
    bytesDone: sum((layer) => Math.min(layer.bytesDone, layer.bytesTotal)),
    bytesTotal: sum((layer) => layer.bytesTotal),
  };
}
