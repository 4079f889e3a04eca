import { writeSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";
import { endWithRunner } from "../support/interruption.ts";
import { type Message, messageFd } from "./messages.ts";

endWithRunner();

/** A reporter for `node --test` in a child of the runner: sends what the runner counts and prints. */
// biome-ignore lint/correctness/useYield: a reporter must be a generator; ours has a channel of its own to write to.
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<never> {
  for await (const event of events) {
    const message = messageOf(event);
    if (message !== undefined) send(message);
  }
}

/** At once: the child may be made to exit right after its last test, and nothing that it has queued would arrive. */
function send(message: Message): void {
  for (let bytes: Uint8Array = Buffer.from(`${JSON.stringify(message)}\n`); bytes.length > 0; ) {
    try {
      bytes = bytes.subarray(writeSync(messageFd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The runner has been killed: what the tests have started is being undone.
      if (code === "EPIPE") return;
      // The pipe is full: the runner has not read on yet.
      if (code !== "EAGAIN") throw error;
    }
  }
}

function messageOf(event: TestEvent): Message | undefined {
  switch (event.type) {
    case "test:pass": {
      const { name, file, line, nesting, skip, details } = event.data;
      // A suite that is skipped hides its tests: it counts as one.
      const kind = skip !== undefined ? "skip" : details.type === "suite" ? "group" : "pass";
      const reason = typeof skip === "string" ? skip : "no reason given";
      return { kind, name, file, line, nesting, durationMs: details.duration_ms, ...(kind === "skip" && { reason }) };
    }
    case "test:fail": {
      const { name, file, line, nesting, details } = event.data;
      const error = details.error as Error & { failureType?: string };
      const kind = error.failureType === "subtestsFailed" ? "group" : "fail";
      return { kind, name, file, line, nesting, durationMs: details.duration_ms, reason: explain(error) };
    }
    case "test:diagnostic":
      return { kind: "diagnostic", text: event.data.message };
    case "test:summary":
      return event.data.file === undefined ? { kind: "end" } : undefined;
    default:
      return undefined;
  }
}

function explain(error: Error): string {
  const cause = error.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
