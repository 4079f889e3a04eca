/**
 * What a fake container does, told by its image: `fake/NAME?OPTION=VALUE&...`, or, where only names that Amazon ECS
 * takes will do, `fake/NAME/OPTION-VALUE/...`. Times are seconds (`2`, `2s`, `0.5s`) or milliseconds (`200ms`). Any
 * name takes any option; the names only set some of them:
 *
 * | image | does |
 * |---|---|
 * | `fake/run-forever` | runs until it is told to stop |
 * | `fake/exit?code=1&after=2s` | ends by itself (`code` 0, `after` 0 s) |
 * | `fake/healthy-after?s=5` | its health is `starting`, then `healthy` |
 * | `fake/unhealthy-after?s=5` | its health is `starting`, then `unhealthy` |
 * | `fake/oom?after=1s` | is killed for its memory |
 * | `fake/slow-pull?s=30` | takes that long to pull |
 * | `fake/no-such-image` | cannot be pulled: `NotFound` |
 * | `fake/fail-pull?reason=Unauthorized` | cannot be pulled |
 * | `fake/fail-start` | cannot be started |
 *
 * Further options: `pull` (time), `lines` (output at the start), `stop` (time from SIGTERM to the end; `never`: only
 * SIGKILL ends it), `stopcode` (exit code after SIGTERM, 143). Other images run forever.
 */
export interface Behaviour {
  readonly pullMs: number;
  /** The `DriverError` reason with which pulls fail. */
  readonly pullFailure: string | undefined;
  readonly startFailure: boolean;
  /** Ends by itself after this long, or never. */
  readonly exitAfterMs: number | undefined;
  readonly exitCode: number;
  readonly oom: boolean;
  readonly health: { readonly afterMs: number; readonly status: "healthy" | "unhealthy" } | undefined;
  readonly stopMs: number | undefined;
  readonly stopCode: number;
  readonly lines: number;
}

/** Reads an image's name. A tag or digest behind it says nothing. */
export function parseBehaviour(image: string): Behaviour {
  const match = /^fake\/([a-z-]+)(?:[:@][^?]*)?(?:\?([^@]*))?/.exec(image);
  const name = match?.[1] ?? "run-forever";
  const path = /^fake\/[a-z-]+\/([^:@?]+)/.exec(image)?.[1];
  const options = new URLSearchParams(path === undefined ? (match?.[2] ?? "").replace(/:latest$/, "") : "");
  for (const option of path?.split("/") ?? []) options.set(option.replace(/-.*/, ""), option.replace(/^[^-]*-/, ""));
  const duration = (option: string) => parseDuration(options.get(option));
  const ends = name === "exit" || name === "oom" || options.has("after") || options.has("code");
  const healthAfterMs = duration("s") ?? 0;
  return {
    pullMs: duration("pull") ?? (name === "slow-pull" ? (duration("s") ?? 30_000) : 0),
    pullFailure: pullFailure(name, options),
    startFailure: name === "fail-start",
    exitAfterMs: ends ? (duration("after") ?? 0) : undefined,
    exitCode: name === "oom" ? 137 : Number(options.get("code") ?? 0),
    oom: name === "oom",
    health:
      name === "healthy-after"
        ? { afterMs: healthAfterMs, status: "healthy" }
        : name === "unhealthy-after"
          ? { afterMs: healthAfterMs, status: "unhealthy" }
          : undefined,
    stopMs: options.get("stop") === "never" ? undefined : (duration("stop") ?? 0),
    stopCode: Number(options.get("stopcode") ?? 143),
    lines: Number(options.get("lines") ?? 0),
  };
}

function pullFailure(name: string, options: URLSearchParams): string | undefined {
  if (name === "no-such-image") return "NotFound";
  return name === "fail-pull" ? (options.get("reason") ?? "Failed") : undefined;
}

function parseDuration(text: string | null): number | undefined {
  const match = /^([\d.]+)(ms|s)?$/.exec(text ?? "");
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === "ms" ? 1 : 1000);
}
