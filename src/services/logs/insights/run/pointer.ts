import type { EventKey } from "../../segments/page.ts";

/** Which event a row of results is of. */
export interface EventPointer extends EventKey {
  readonly groupId: string;
}

/** The value of `@ptr`, opaque to callers. */
export function toPointer({ groupId, timestamp, sequence }: EventPointer): string {
  return Buffer.from(`${groupId} ${timestamp} ${sequence}`).toString("base64");
}

/** Undefined: it is no pointer. */
export function fromPointer(text: string): EventPointer | undefined {
  const parts = /^([0-9a-f]{16}) (\d{1,16}) (\d{1,16})$/.exec(Buffer.from(text, "base64").toString("latin1"));
  if (parts === null) return undefined;
  return { groupId: parts[1]!, timestamp: Number(parts[2]), sequence: Number(parts[3]) };
}
