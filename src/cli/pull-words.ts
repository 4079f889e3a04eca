/** How far an image's pull has come: what `POST /_estiva/pulls` tells of each. */
export interface PullState {
  readonly layersDone: number;
  readonly layersTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** `3 of 7 layers, 12.5 of 80.1 MB`; empty while nothing is known. Sizes come layer by layer: the last number grows. */
export function pullWords({ layersDone, layersTotal, bytesDone, bytesTotal }: PullState): string {
  if (layersTotal === 0) return "";
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `${layersDone} of ${layersTotal} layers, ${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB`;
}
