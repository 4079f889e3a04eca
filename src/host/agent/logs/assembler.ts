import type { LogRecord } from "#host/runtime/driver.ts";
import type { LogBatch, LogPosition } from "#kernel/log-sink.ts";
import type { Regex } from "#kernel/regex/regex.ts";

/** An event as it is stored: at most this many bytes, as Docker's driver does (256 KiB less what an event costs). */
export const maxEventBytes = 262_144 - 26;
/** A chunk is closed at this size: what AWS takes in one call. */
const maxChunkBytes = 1_048_576;
const maxChunkEvents = 10_000;
/** When so much waits for lines to end, or a single line is so long, what there is of it is taken as it is. */
const maxHeldBytes = 1_048_576;

type LogEvent = LogBatch["events"][number];

/** Events, and the position behind all the records that they are made of. */
export interface Chunk {
  readonly events: readonly LogEvent[];
  readonly position: LogPosition;
}

interface GrowingChunk extends Chunk {
  readonly events: LogEvent[];
  position: LogPosition;
  bytes: number;
}

interface Line {
  readonly id: number;
  readonly timestamp: number;
  /** The parts of a line that has not ended yet. */
  readonly parts: Uint8Array[];
  bytes: number;
}

/**
 * Makes events of a container's records: joins the parts of long lines, joins lines to events that span several, splits
 * what is too long, and leaves out empty lines. It gives events only together with a position that no event straddles,
 * so that reading can go on from any such position with nothing lost and nothing doubled.
 */
export class EventAssembler {
  readonly #eventStart: Regex | undefined;
  #seen: LogPosition | undefined;
  /** Lines since the last place where none was open, in the order of their first records. */
  #lines: Line[] = [];
  #open = new Map<LogRecord["stream"], Line>();
  #lineBytes = 0;
  /** Behind the last line that went into events or into `#event`. */
  #taken: LogPosition | undefined;
  /** The event that further lines may belong to. */
  #event: { readonly id: number; readonly timestamp: number; text: string; bytes: number } | undefined;
  /** Complete events for which there is no position yet. */
  #held: LogEvent[] = [];
  #chunks: GrowingChunk[] = [];
  #chunkBytes = 0;
  #ids = 0;

  /** Reading begins behind `since`. */
  constructor(since: LogPosition | undefined, eventStart: Regex | undefined) {
    this.#seen = since;
    this.#taken = since;
    this.#eventStart = eventStart;
  }

  /** Behind the last record that was added: where to go on reading with this assembler. */
  get seen(): LogPosition | undefined {
    return this.#seen;
  }

  /** Identifies the event, or else the line, that waits for more; undefined when none does. */
  get openId(): number | undefined {
    return this.#event?.id ?? this.#lines[0]?.id;
  }

  /** Bytes of the events that `take` would give. */
  get readyBytes(): number {
    return this.#chunkBytes;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.#chunkBytes + this.#lineBytes + (this.#event?.bytes ?? 0);
  }

  add(record: LogRecord): void {
    const { timeNanos, message } = record;
    const isSameTime = this.#seen?.timeNanos === timeNanos;
    this.#seen = { timeNanos, count: isSameTime ? this.#seen!.count + 1 : 1 };
    let line = this.#open.get(record.stream);
    if (line === undefined) {
      line = { id: this.#ids++, timestamp: Number(timeNanos.slice(0, -6)), parts: [], bytes: 0 };
      this.#lines.push(line);
    }
    line.parts.push(message);
    line.bytes += message.length;
    this.#lineBytes += message.length;
    if (record.partial && line.bytes < maxHeldBytes) this.#open.set(record.stream, line);
    else this.#open.delete(record.stream);
    if (this.#open.size === 0 || this.#lineBytes > maxHeldBytes) this.#closeLines();
  }

  /** Takes what there is of lines and events that wait for more: none may come, or it has been long enough. */
  flush(): void {
    this.#closeLines();
    this.#closeEvent();
    this.#commit(this.#taken);
  }

  /** The next events to store. */
  take(): Chunk | undefined {
    const chunk = this.#chunks.shift();
    this.#chunkBytes -= chunk?.bytes ?? 0;
    return chunk;
  }

  /** All lines are whole, or taken for it: the position behind the last record is one that no line straddles. */
  #closeLines(): void {
    const lines = this.#lines;
    this.#lines = [];
    this.#open.clear();
    this.#lineBytes = 0;
    for (const [i, line] of lines.entries()) {
      const text = decode(line.parts);
      if (this.#eventStart === undefined) this.#hold(line.timestamp, text);
      else this.#addToEvent(line, text, i === 0);
    }
    this.#taken = this.#seen;
    if (this.#eventStart === undefined) this.#commit(this.#taken);
  }

  #addToEvent(line: Line, text: string, isFirst: boolean): void {
    const event = this.#event;
    const starts = event === undefined || this.#eventStart!.test(text) || event.bytes + line.bytes > maxEventBytes;
    if (!starts) {
      event.text += `${text}\n`;
      event.bytes += line.bytes + 1;
      return;
    }
    this.#closeEvent();
    // Events that are complete now end where this line begins, a position known only of the first of the lines.
    if (isFirst) this.#commit(this.#taken);
    this.#event = { id: line.id, timestamp: line.timestamp, text: `${text}\n`, bytes: line.bytes + 1 };
  }

  #closeEvent(): void {
    if (this.#event !== undefined) this.#hold(this.#event.timestamp, this.#event.text);
    this.#event = undefined;
  }

  #hold(timestamp: number, text: string): void {
    if (text.length * 3 <= maxEventBytes) {
      if (text !== "") this.#held.push({ timestamp, message: text });
      return;
    }
    for (const message of split(text)) this.#held.push({ timestamp, message });
  }

  #commit(position: LogPosition | undefined): void {
    const events = this.#held;
    if (events.length === 0 || position === undefined) return;
    this.#held = [];
    let bytes = 0;
    for (const event of events) bytes += Buffer.byteLength(event.message) + 26;
    this.#chunkBytes += bytes;
    const last = this.#chunks.at(-1);
    if (last === undefined || last.bytes + bytes > maxChunkBytes || last.events.length >= maxChunkEvents) {
      this.#chunks.push({ events, position, bytes });
      return;
    }
    last.events.push(...events);
    last.position = position;
    last.bytes += bytes;
  }
}

function decode(parts: readonly Uint8Array[]): string {
  const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** Pieces of at most `maxEventBytes` bytes in UTF-8, cut between characters. */
function* split(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + maxEventBytes, bytes.length);
    // Bytes 10xxxxxx continue a character.
    while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
    yield bytes.toString("utf8", start, end);
    start = end;
  }
}
