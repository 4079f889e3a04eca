import { gzipSync } from "node:zlib";

/** An event as subscribers are given it. */
export interface SubscribedEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

export interface Subscribed {
  /** The account. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly SubscribedEvent[];
}

/** What AWS packs for subscribers ("Log group-level subscription filters"). */
export function dataMessage({ owner, logGroup, logStream, subscriptionFilters, logEvents }: Subscribed): object {
  return { messageType: "DATA_MESSAGE", owner, logGroup, logStream, subscriptionFilters, logEvents };
}

/** As a Lambda function of AWS is given it: packed by gzip, in base64. */
export function packed(message: object): string {
  return JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(message)).toString("base64") } });
}

/** Events in pieces of so many bytes at most, each of one event at least. */
export function inPieces(events: readonly SubscribedEvent[], mostBytes: number): SubscribedEvent[][] {
  const pieces: SubscribedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message) + eventBytes;
    const last = pieces.at(-1);
    if (last === undefined || bytes + size > mostBytes) {
      pieces.push([event]);
      bytes = size;
    } else {
      last.push(event);
      bytes += size;
    }
  }
  return pieces;
}

/** Of an event beside its message. */
const eventBytes = 120;
