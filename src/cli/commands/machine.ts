/** What the commands need of this machine itself; the rest they do over the public API. */
export interface Machine {
  /**
   * Sets up what is missing to run tasks: a container engine that answers, host networking; with `makesImages` what
   * the demo and the tests make images of. Tells each thing it does. Rejects with a `CommandError` that names the
   * commands to run when it may not, or cannot, do it. Resolves with what takes back what it started.
   */
  setUp(
    options: { readonly install: boolean; readonly makesImages: boolean },
    tell: (line: string) => void,
  ): Promise<{ undo(): Promise<void> }>;
  /** Rejects with a `CommandError` that names the commands to run when no container engine answers. Changes nothing. */
  requireEngine(): Promise<void>;
  /** Makes a tiny image on the engine, from what the system has; resolves with its name. */
  makeDemoImage(): Promise<string>;
  /** Starts `estiva up` in the background on this data folder and resolves when it is ready. */
  startPlatform(dataDir: string): Promise<{ readonly endpoint: string; stop(): Promise<void>; detach(): void }>;
  /**
   * An image of the container engine that the environment names: how large it is, about, and its archive in the format
   * of `docker save`. Rejects with a `CommandError` when there is no such image, or no engine.
   */
  exportImage(
    reference: string,
    signal: AbortSignal,
  ): Promise<{ readonly sizeBytes: number; readonly content: AsyncIterable<Uint8Array> }>;
  /**
   * Builds an image with the engine's command (`docker build`, else `podman build`) and these words; what it writes is
   * told line by line. Rejects with a `CommandError` when there is no such command, or it fails.
   */
  buildImage(words: readonly string[], tell: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Starts a command of `estiva` in a process that goes on when this one ends; its output goes to a file. */
  startInBackground(words: readonly string[], logPath: string): void;
  examine(dataDir: string): Promise<readonly Finding[]>;
}

/** One thing that `estiva doctor` looked at. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "failure";
  readonly detail: string;
  /** What to do about it. */
  readonly mend?: string;
}
