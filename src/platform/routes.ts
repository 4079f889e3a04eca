import type { Clock } from "#kernel/clock.ts";

export interface AdminRoutesOptions {
  readonly version: string;
  readonly clock: Clock;
  /** Stops every task and empties all state; resolves with false when some tasks go on. */
  readonly reset: () => Promise<boolean>;
  /** Whether `POST /_estiva/reset` exists. */
  readonly dev: boolean;
  /** Whether a task has this address of the engine's bridge. */
  readonly isTaskInBridge: (ipv4Address: string) => boolean;
  /** `docker 20.10.24`, or why it does not answer, for people. */
  readonly engine: () => Promise<string>;
  /** Tasks that have not stopped. */
  readonly activeTasks: () => number;
  /** What does not work as it should on this host, and its mend. */
  readonly problems: () => Promise<readonly { readonly message: string; readonly mend: string }[]>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Question {
  readonly remoteAddress?: string;
}

type Route = (question: Question) => Promise<Answer>;

/** `GET /_estiva/health`, and `POST /_estiva/reset`, which is 404 without `--dev` and for tasks 403. */
export function adminRoutes(options: AdminRoutesOptions): Readonly<Record<string, Route>> {
  const startedAt = options.clock.now();
  const health = async () =>
    json(200, {
      status: "ok",
      version: options.version,
      engine: await options.engine(),
      store: "embedded",
      pid: process.pid,
      activeTasks: options.activeTasks(),
      problems: await options.problems(),
      uptimeSeconds: Math.floor((options.clock.now() - startedAt) / 1000),
    });
  return {
    "GET /_estiva/health": health,
    "POST /_estiva/reset": async ({ remoteAddress }) => {
      if (!options.dev) return notFound;
      return isTask(options, remoteAddress) ? forbidden : reset(options);
    },
  };
}

/** What comes out of a VPC has a link-local address here (docs/networking.md), a task in the bridge one of its own. */
function isTask({ isTaskInBridge }: AdminRoutesOptions, remoteAddress = ""): boolean {
  const address = remoteAddress.replace(/^::ffff:/, "");
  return address.startsWith("169.254.") || isTaskInBridge(address);
}

/** A task may be anybody's, and needs no credentials to get here. */
const forbidden = json(403, { status: "failed", message: "Tasks may not empty the platform that they run on." });

/** Nobody empties a platform by mistake. */
const notFound = json(404, { status: "failed", message: "Not found. It is there with: estiva up --dev" });

async function reset(options: AdminRoutesOptions): Promise<Answer> {
  if (await options.reset()) return json(200, { status: "ok" });
  return json(503, { status: "failed", message: "Some tasks did not stop in time. Try again." });
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(body)}\n` };
}
