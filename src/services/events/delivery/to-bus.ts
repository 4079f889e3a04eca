import { objectIn } from "#kernel/json-object.ts";
import { busIfAny, busReference, type DeliveryRecord } from "../model.ts";
import { compactJson, type Publication, type PublishedEvent } from "../publish.ts";
import { done, type Outcome } from "./outcome.ts";
import type { DeliveryPorts } from "./ports.ts";
import { takenRole } from "./role.ts";

/**
 * Sends an event on to another bus: what its rules make of it is part of the commit that ends this delivery. The event
 * stays what it was, account and time and all.
 */
export async function deliverToBus(
  delivery: DeliveryRecord,
  into: { readonly publication: Publication; readonly store: Parameters<typeof busIfAny>[0] },
  { roles }: DeliveryPorts,
): Promise<Outcome> {
  const { address, via, traceHeader } = delivery;
  if (address.kind !== "event-bus") return { kind: "drop", reason: "Not for an event bus." };
  const { name, ...world } = busReference(delivery, address.arn);
  if (busIfAny(into.store, world, name) === undefined)
    return { kind: "drop", reason: `Event bus ${name} does not exist.` };
  if (via.includes(address.arn)) return { kind: "drop", reason: "The event has been on this bus before." };
  const event = address.entry === undefined ? eventIn(delivery.input) : eventOf(delivery, address.entry);
  if (event === undefined) return { kind: "drop", reason: "The input is not a JSON object." };
  if (address.roleArn !== undefined) {
    const conditionKeys = {
      ...{ "events:source": [event.source], "events:detail-type": [event.detailType] },
      "events:eventBusInvocation": "true",
    };
    const question = { action: "events:PutEvents", resource: address.arn, conditionKeys };
    const refusal = await roles.refusal(takenRole(delivery, address.roleArn), question);
    if (refusal !== undefined) return { kind: "drop", reason: refusal };
  }
  into.publication.add({ ...world, name }, { ...event, via, ...(traceHeader !== undefined && { traceHeader }) });
  return done;
}

/** The event that a text was made of by `textOf`. */
function eventIn(text: string): PublishedEvent {
  const { detail: _, time, "detail-type": detailType, ...event } = JSON.parse(text);
  // No text within it has these quotation marks without a backslash before them.
  const detail = text.slice(text.indexOf(',"detail":') + ',"detail":'.length, -1);
  return { ...event, detailType, time: Date.parse(time), detail };
}

/** What a schedule puts on a bus: its input is the detail. */
function eventOf(
  { account, region, input, eventId, eventTime, originArn }: DeliveryRecord,
  { source, detailType }: { readonly source: string; readonly detailType: string },
): PublishedEvent | undefined {
  const detail = compactJson(input);
  if (objectIn(detail) === undefined) return undefined;
  return { id: eventId, time: eventTime, source, detailType, account, region, resources: [originArn], detail };
}
