import { isDeeperThan } from "#kernel/json-depth.ts";
import { mostLevels } from "../language/functions.ts";
import { type FieldName, fieldName, type Row, valueAt, valueInMaps } from "../language/row.ts";
import type { Value } from "../language/values.ts";

/** A stored event, its message still in the bytes of its record; the same object for all events of a record. */
export interface ScannedEvent {
  readonly buffer: Buffer;
  messageAt: number;
  messageEnd: number;
  time: number;
  sequence: number;
  readonly ingestionTime: number;
  readonly logStream: string;
  /** `000000000000:/app` */
  readonly log: string;
}

/**
 * The fields of one event after another: what the platform knows of it, what its message has when it is JSON, and what
 * commands have made. The message is decoded, and parsed, only when it is asked for.
 */
export class EventRow implements Row {
  #event!: ScannedEvent;
  #message: string | undefined;
  /** Null: not looked at yet. */
  #json: unknown = null;
  /** What commands have made: few names, in lists that are there for the next event again. */
  readonly #madeNames: string[] = [];
  readonly #madeValues: Value[] = [];

  reset(event: ScannedEvent): void {
    this.#event = event;
    this.#message = undefined;
    this.#json = null;
    this.#madeNames.length = 0;
    this.#madeValues.length = 0;
  }

  get(field: FieldName): Value {
    const { name } = field;
    const made = this.#madeNames.indexOf(name);
    if (made >= 0) return this.#madeValues[made];
    if (name.startsWith("@")) return this.#own(name);
    const found = valueAt(this.#parsed(), field);
    if (found !== undefined || this.#madeNames.length === 0 || field.path.length === 1) return found;
    return valueInMaps((known) => this.#madeValues[this.#madeNames.indexOf(known)], field);
  }

  set({ name }: FieldName, value: Value): void {
    const made = this.#madeNames.indexOf(name);
    if (made >= 0) this.#madeValues[made] = value;
    else this.#madeValues[this.#madeNames.push(name) - 1] = value;
  }

  #own(name: string): Value {
    switch (name) {
      case "@timestamp":
        return new Date(this.#event.time);
      case "@message":
        return this.#text();
      case "@ingestionTime":
        return new Date(this.#event.ingestionTime);
      case "@logStream":
        return this.#event.logStream;
      case "@log":
        return this.#event.log;
      default:
        // A field of JSON that has an at sign itself is shown with two.
        return name.startsWith("@@") ? valueAt(this.#parsed(), fieldName(name.slice(1))) : undefined;
    }
  }

  #text(): string {
    const { buffer, messageAt, messageEnd } = this.#event;
    this.#message ??= buffer.toString("utf8", messageAt, messageEnd);
    return this.#message;
  }

  #parsed(): unknown {
    if (this.#json === null) this.#json = this.#looksLikeJson() ? parseJson(this.#text()) : undefined;
    return this.#json;
  }

  #looksLikeJson(): boolean {
    const { buffer, messageAt, messageEnd } = this.#event;
    let at = messageAt;
    while (at < messageEnd && (buffer[at] === 32 || (buffer[at]! >= 9 && buffer[at]! <= 13))) at++;
    return at < messageEnd && buffer[at] === 123;
  }
}

/** The object that a message is; undefined when it is none, or nested deeper than is looked at by recursion. */
export function parseJson(message: string): unknown {
  if (isDeeperThan(mostLevels, message)) return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    // It only begins like one.
    return undefined;
  }
}
