import { systemClock } from "#kernel/clock.ts";
import type { Terminal } from "../command.ts";
import { Progress } from "../progress.ts";
import type { ExportedFile } from "./exported-image.ts";

/** A person sees no more of it. */
const redrawMs = 100;
const barWidth = 24;

/**
 * How far a push has come: for a person one line that is drawn over, else a line for each layer that is done. Of a
 * layer, compressing it counts as one half and sending it as the other.
 */
export class PushProgress {
  readonly #terminal: Terminal;
  readonly #line: Progress;
  readonly #image: string;
  readonly #imageBytes: number;
  readonly #layers = new Map<string, { readonly sizeBytes: number; doneBytes: number; isDone: boolean }>();
  #exportedBytes = 0;
  #drawnAt = 0;

  constructor(terminal: Terminal, image: string, imageBytes: number) {
    this.#terminal = terminal;
    this.#line = new Progress(terminal);
    this.#image = image;
    this.#imageBytes = imageBytes;
  }

  exported(bytes: number): void {
    this.#exportedBytes += bytes;
    const share = this.#exportedBytes / Math.max(1, this.#imageBytes);
    this.#draw(() => `${this.#image}  ${bar(share)}  reading it from the engine, ${megabytes(this.#exportedBytes)}`);
  }

  begin(layers: readonly ExportedFile[]): void {
    for (const { file, sizeBytes } of layers) this.#layers.set(file, { sizeBytes, doneBytes: 0, isDone: false });
  }

  compressed(file: string, bytes: number): void {
    this.#add(file, bytes / 2);
  }

  sent(file: string, bytes: number): void {
    this.#add(file, bytes / 2);
  }

  done(file: string, blob: { readonly digest: string; readonly sizeBytes: number; readonly present: boolean }): void {
    const layer = this.#layers.get(file)!;
    layer.doneBytes = layer.sizeBytes;
    layer.isDone = true;
    const outcome = blob.present ? "is there already" : "pushed";
    if (!this.#terminal.interactive) {
      this.#terminal.err(`${blob.digest.slice(7, 19)}  ${megabytes(blob.sizeBytes)}  ${outcome}\n`);
    }
  }

  clear(): void {
    this.#line.clear();
  }

  #add(file: string, bytes: number): void {
    const layer = this.#layers.get(file)!;
    // What is sent once more after a broken connection counts once.
    layer.doneBytes = Math.min(layer.sizeBytes, layer.doneBytes + bytes);
    this.#draw(() => {
      const layers = [...this.#layers.values()];
      const sum = (pick: (each: (typeof layers)[number]) => number) =>
        layers.reduce((all, each) => all + pick(each), 0);
      const share =
        sum(({ doneBytes }) => doneBytes) /
        Math.max(
          1,
          sum(({ sizeBytes }) => sizeBytes),
        );
      const done = layers.filter(({ isDone }) => isDone).length;
      return `${this.#image}  ${bar(share)}  ${done} of ${layers.length} layers`;
    });
  }

  #draw(text: () => string): void {
    if (!this.#terminal.interactive) return;
    const now = systemClock().now();
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    this.#line.show(text());
  }
}

function bar(share: number): string {
  const most = Math.min(1, share);
  const filled = Math.round(most * barWidth);
  return `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}] ${String(Math.floor(most * 100)).padStart(3)}%`;
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
