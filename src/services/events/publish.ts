import { type Random, uuid } from "#kernel/random.ts";
import type { Entry, Put, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { withDynamicParameters } from "./input/dynamic.ts";
import { parseJsonPath, valueAt } from "./input/json-path.ts";
import { transformInput } from "./input/transform.ts";
import { busArn, busPath } from "./model/bus.ts";
import { type DeliveryRecord, defaultRetry, deliveryKey } from "./model/delivery.ts";
import { type RuleRecord, type RuleTarget, ruleArn, rules, sourcePath } from "./model/rule.ts";
import { cachedPattern } from "./pattern/compile.ts";
import { EventFields } from "./pattern/event.ts";

/** An event on its way to the rules of a bus. */
export interface PublishedEvent extends World {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** JSON without spaces between its tokens; numbers are as they were written. */
  readonly detail: string;
  /** The buses that it has come over. */
  readonly via?: readonly string[];
  /** For AWS X-Ray; no part of the event itself. */
  readonly traceHeader?: string;
}

export interface Bus extends World {
  readonly name: string;
}

/** Whatever a rule's targets are given, as text and parsed. */
interface SentEvent {
  readonly text: string;
  readonly parsed: object;
  readonly event: PublishedEvent;
}

export interface PublicationParts {
  readonly store: Pick<Store, "view">;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** What events that are sent in one commit put into it: a delivery for each target of each rule that they match. */
export class Publication {
  readonly #parts: PublicationParts;
  readonly #positions = new Map<string, number>();
  readonly puts: Put[] = [];

  constructor(parts: PublicationParts) {
    this.#parts = parts;
  }

  /** Whether any rule of the bus could match an event of this source; cheap, so that no event is made for nothing. */
  isAwaited(bus: Bus, source: string): boolean {
    const view = this.#parts.store.view(rules);
    const path = busPath({ ...bus, busName: bus.name });
    return view.count("source", sourcePath(path, undefined)) + view.count("source", sourcePath(path, source)) > 0;
  }

  /** Sends an event to a bus. */
  add(bus: Bus, event: PublishedEvent): void {
    const rulesInQuestion = this.#rulesFor(bus, event.source);
    if (rulesInQuestion.length === 0) return;
    const text = textOf(event);
    const sent: SentEvent = { text, parsed: JSON.parse(text) as object, event };
    const fields = new EventFields(sent.parsed);
    for (const { value } of rulesInQuestion) {
      if (cachedPattern(value.eventPattern!).matches(fields)) this.#deliver(value, sent, bus);
    }
  }

  /** Sends an event to one rule's targets alone, as schedules do. */
  fire(rule: RuleRecord, event: PublishedEvent): void {
    const text = textOf(event);
    this.#deliver(rule, { text, parsed: JSON.parse(text) as object, event }, { ...rule, name: rule.busName });
  }

  #rulesFor(bus: Bus, source: string): readonly Entry<RuleRecord>[] {
    const view = this.#parts.store.view(rules);
    const path = busPath({ ...bus, busName: bus.name });
    return [undefined, source].flatMap((wanted) => view.by("source", sourcePath(path, wanted)));
  }

  #deliver(rule: RuleRecord, sent: SentEvent, bus: Bus): void {
    const arn = ruleArn(rule, rule.busName, rule.name);
    for (const target of rule.targets) {
      const queue = `${arn}#${target.id}`;
      const position = this.#positions.get(queue) ?? 0;
      this.#positions.set(queue, position + 1);
      const address = withDynamicParameters(target.address, sent.parsed);
      const record: DeliveryRecord = {
        ...{ account: rule.account, region: rule.region, originArn: arn, queue, position, address },
        ...inputFor(target, sent, { ruleArn: arn, ruleName: rule.name, ingestionTime: isoTime(this.#parts.now) }),
        ...{ eventTime: sent.event.time, eventId: sent.event.id, createdAt: this.#parts.now, attempts: 0 },
        via: [...(sent.event.via ?? []), busArn(bus, bus.name)],
        ...(sent.event.traceHeader !== undefined && { traceHeader: sent.event.traceHeader }),
        retry: { ...defaultRetry, ...target.retry },
      };
      this.puts.push({ key: deliveryKey(rule, uuid(this.#parts.random)), value: record });
    }
  }
}

type OwnInput = Pick<DeliveryRecord, "input" | "isOwnInput">;

function inputFor(
  target: RuleTarget,
  { text, parsed }: SentEvent,
  reserved: Parameters<typeof transformInput>[2],
): OwnInput {
  if (target.input !== undefined) return { input: target.input, isOwnInput: true };
  if (target.inputTransformer !== undefined) {
    return { input: transformInput(target.inputTransformer, parsed, reserved), isOwnInput: true };
  }
  const steps = target.inputPath === undefined ? undefined : parseJsonPath(target.inputPath);
  if (steps === undefined) return { input: text, isOwnInput: false };
  return { input: JSON.stringify(valueAt(parsed, steps) ?? null), isOwnInput: true };
}

/** An event as JSON, its members in AWS's order. */
export function textOf(event: PublishedEvent): string {
  const { id, source, account, region, resources } = event;
  const head = { version: "0", id, "detail-type": event.detailType, source, account };
  const envelope = { ...head, time: isoTime(event.time), region, resources };
  return `${JSON.stringify(envelope).slice(0, -1)},"detail":${event.detail}}`;
}

/** Takes the spaces between tokens out of JSON and leaves the rest as it was written. */
export function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/gs, "$1");
}

function isoTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
