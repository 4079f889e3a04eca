import { toEventId } from "../../event-keys.ts";
import { logGroupArn, type SubscriptionFilterRecord } from "../../model.ts";
import type { StoredEvent } from "../../segments/page.ts";
import { addressOf } from "./destination.ts";
import { dataMessage, inPieces, packed } from "./payload.ts";

/** What goes out in one piece. */
export interface SubscriptionPiece {
  readonly input: string;
  /** Of its last event. */
  readonly eventTime: number;
}

/** Messages of a piece together: a URL takes more than an event of EventBridge. */
const mostBytes = { http: 2 ** 20, bus: 200 * 1024 };

/** The deliveries of one filter wait in this queue. */
export function subscriptionQueue(filter: SubscriptionFilterRecord): string {
  return `${logGroupArn(filter)}#${filter.filterName}`;
}

/**
 * What a subscriber is given of events that are sorted by their streams. Those of a stream that is not there any more
 * (`nameOf` gives undefined) are left out.
 */
export function piecesOf(
  filter: SubscriptionFilterRecord,
  events: readonly StoredEvent[],
  rules: { readonly matches: (message: string) => boolean; readonly nameOf: (streamId: string) => string | undefined },
): SubscriptionPiece[] {
  const isBus = addressOf(filter.destinationArn).kind === "event-bus";
  const byStream = Map.groupBy(
    events.filter(({ message }) => rules.matches(message)),
    ({ streamId }) => streamId,
  );
  return [...byStream].flatMap(([streamId, own]) => {
    const logStream = rules.nameOf(streamId);
    if (logStream === undefined) return [];
    const sent = own.map((event) => ({
      id: toEventId(filter.groupId, event),
      timestamp: event.timestamp,
      message: event.message,
    }));
    return inPieces(sent, isBus ? mostBytes.bus : mostBytes.http).map((logEvents) => {
      const { account: owner, logGroupName: logGroup } = filter;
      const message = dataMessage({ owner, logGroup, logStream, subscriptionFilters: [filter.filterName], logEvents });
      const input = isBus ? JSON.stringify(message) : packed(message);
      return { input, eventTime: logEvents.at(-1)!.timestamp };
    });
  });
}
