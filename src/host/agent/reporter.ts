import type { TaskStateChange } from "#kernel/agent-protocol.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import { backoffMs } from "./backoff.ts";
import { type Report, reportKey } from "./step/report.ts";

export interface ReporterDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly submit: (change: TaskStateChange) => Promise<void>;
  readonly nextSequence: () => number;
  readonly onAccepted: (report: Report) => void;
}

/** Tells the control plane of one task. */
export interface Reporter {
  /** The latest report wins: one that has not been sent yet is replaced. */
  tell(report: Report): void;
  /** Sends the last report again. */
  again(): void;
  stop(): void;
}

/** The first word that a task has come waits so long: a task that starts meanwhile needs only one report. */
const firstWordMs = 200;

/** Sends one report at a time, again and again with a growing delay until it is accepted. */
export function createReporter(deps: ReporterDeps): Reporter {
  let wanted: Report | undefined;
  let acceptedKey: string | undefined;
  let sending = false;
  let stopped = false;
  let timer: Timer | undefined;
  let firstWord: Timer | undefined;
  let failures = 0;

  const send = async () => {
    if (sending || stopped || timer !== undefined || wanted === undefined) return;
    const report = wanted;
    const key = reportKey(report);
    if (key === acceptedKey) return;
    sending = true;
    try {
      await deps.submit({ ...report, sequence: deps.nextSequence() });
      failures = 0;
      acceptedKey = key;
      if (!stopped) deps.onAccepted(report);
    } catch (error) {
      deps.log.debug("A report was not accepted", { taskArn: report.taskArn, error: String(error) });
      timer = deps.clock.after(backoffMs(failures++, 30_000, deps.random), () => {
        timer = undefined;
        void send();
      });
    }
    sending = false;
    void send();
  };

  return {
    tell(report) {
      wanted = report;
      if (report.status !== "PENDING" || acceptedKey !== undefined) void send();
      else firstWord ??= deps.clock.after(firstWordMs, () => void send());
    },
    again() {
      acceptedKey = undefined;
      timer?.cancel();
      timer = undefined;
      void send();
    },
    stop() {
      stopped = true;
      timer?.cancel();
      firstWord?.cancel();
    },
  };
}
