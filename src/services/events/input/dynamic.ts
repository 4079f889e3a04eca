import type { TargetAddress } from "../model/delivery.ts";
import { parseJsonPath, valueAt } from "./json-path.ts";

/**
 * Dynamic path parameters (User Guide, "Event bus targets"): a text in EcsParameters or HttpParameters that is a path
 * as a whole stands for what the event has there, before any transformation; for an empty text when it has nothing.
 */
export function withDynamicParameters(address: TargetAddress, event: object): TargetAddress {
  switch (address.kind) {
    case "ecs-task":
      return { ...address, request: filled(address.request, event) };
    case "http":
    case "api-destination":
      return { ...address, http: filled(address.http, event) };
    default:
      return address;
  }
}

/** The same with each text in it, but for names, replaced that is a path. */
function filled<T>(value: T, event: object): T {
  if (typeof value === "string") return textFor(value, event) as T;
  if (Array.isArray(value)) return value.map((item) => filled(item, event)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, event)])) as T;
}

function textFor(text: string, event: object): string {
  const steps = parseJsonPath(text);
  if (steps === undefined || steps.length === 0) return text;
  const value = valueAt(event, steps) ?? "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
