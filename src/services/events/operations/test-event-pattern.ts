import { Fault } from "#kernel/fault.ts";
import { matchesPattern } from "../pattern/compile.ts";
import { PatternError } from "../pattern/tokens.ts";
import type { EventsHandler } from "../request/handler.ts";
import { invalidParameter } from "../request/refusals.ts";

export const TestEventPattern: EventsHandler<"TestEventPattern"> = async ({ EventPattern, Event }) => {
  const event = objectIn(Event);
  if (event === undefined) throw invalidParameter("Event");
  try {
    return { Result: matchesPattern(EventPattern, event) };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new Fault("InvalidEventPatternException", `Event pattern is not valid. Reason: ${error.message}`);
  }
};

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Not JSON at all.
    return undefined;
  }
}
