import type { PutEventsRequestEntry } from "#generated/events/types.ts";

/** The bytes that AWS counts for an entry (User Guide, "Calculating PutEvents event entry size"). */
export function entryBytes({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ""), Time === undefined ? 0 : 14);
}
