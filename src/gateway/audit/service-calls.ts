import type { AuditRecord, AuditSink } from "#kernel/audit.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { loadModel } from "#wire/model.ts";
import { type AnsweredCall, auditRecord, isManagementEvent } from "./record.ts";

/** A call that the platform has made itself, as somebody: as a session of a role that was handed to a service. */
export interface ServiceCall extends Pick<AnsweredCall, "caller" | "account" | "region" | "output" | "fault"> {
  /** The name of the service's model: `ecs`. */
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  /** The service that made the call: `events.amazonaws.com`. */
  readonly invokedBy?: string;
}

export interface ServiceCallAuditOptions {
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Records calls that come over no connection. It neither waits nor throws. */
export function createServiceCallAudit({ audit, clock, random, log }: ServiceCallAuditOptions) {
  return (call: ServiceCall): void => {
    try {
      if (!isManagementEvent(loadModel(call.service).operation(call.operation)!)) return;
      audit.record(serviceCallRecord(call, { now: clock.now(), requestId: uuid(random), eventId: uuid(random) }));
    } catch (error) {
      // What has been done is done, whatever becomes of its record.
      log.error("A call could not be recorded", { service: call.service, operation: call.operation, error });
    }
  };
}

/** Pure: the record, with the service in the place of an address ("CloudTrail record contents": sourceIPAddress). */
function serviceCallRecord(
  { service, operation: name, invokedBy, ...call }: ServiceCall,
  at: Pick<AnsweredCall, "now" | "requestId" | "eventId">,
): AuditRecord {
  const origin = { secure: false, ...(invokedBy !== undefined && { sourceIp: invokedBy, userAgent: invokedBy }) };
  const bodyBytes = JSON.stringify(call.input).length;
  const operation = loadModel(service).operation(name)!;
  const record = auditRecord({ ...call, ...at, operation, origin, bodyBytes, resources: [] });
  if (invokedBy === undefined) return record;
  return { ...record, userIdentity: { ...record.userIdentity, invokedBy } };
}
