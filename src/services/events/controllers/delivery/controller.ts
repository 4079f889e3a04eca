import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Entry, Put } from "#kernel/store.ts";
import { type Invocation, invocationMetrics } from "../../delivery/invocation-metrics.ts";
import { afterFailure, type Outcome, outcomeOf } from "../../delivery/outcome.ts";
import type { DeliveryPorts } from "../../delivery/ports.ts";
import { deliverToBus } from "../../delivery/to-bus.ts";
import { deliverToHttp, destinationWithArn } from "../../delivery/to-http.ts";
import { deliverToLogs, logBatch } from "../../delivery/to-logs.ts";
import { deliverToEcs, deliverToOperation } from "../../delivery/to-operation.ts";
import { type DeliveryRecord, deliveries } from "../../model.ts";
import { Publication } from "../../publish.ts";
import { planQueue } from "./plan.ts";

type Waiting = Entry<DeliveryRecord>;

/** How many deliveries of a queue go out at once; those to log groups go out together. */
const mostAtOnce = 16;
const mostLogEvents = 1000;
const mostLogBytes = 1024 * 1024;

/**
 * Delivers what is waiting, queue by queue, and takes the records away once it is done: what was on its way when the
 * process ended is delivered once more. HTTP endpoints have a controller of their own, so that slow ones keep nothing
 * else waiting.
 */
export function deliveryControllers(ports: DeliveryPorts): readonly Controller[] {
  const isHttp = ({ address }: DeliveryRecord) => address.kind === "http" || address.kind === "api-destination";
  const pace = new Map<string, number>();
  const controller = (name: string, isMine: (delivery: DeliveryRecord) => boolean): Controller => ({
    name,
    startsTasks: true,
    watches: [watch(deliveries, ({ value }) => (isMine(value) ? [value.queue] : []))],
    reconcile: (queue, ctx) => deliverQueue(queue, isMine, ctx, { ports, pace }),
  });
  return [controller("events.delivery", (delivery) => !isHttp(delivery)), controller("events.http-delivery", isHttp)];
}

interface Parts {
  readonly ports: DeliveryPorts;
  /** ARN of an API destination -> when its rate allows for the next request. */
  readonly pace: Map<string, number>;
}

async function deliverQueue(
  queue: string,
  isMine: (delivery: DeliveryRecord) => boolean,
  ctx: ControllerContext,
  parts: Parts,
) {
  const now = ctx.clock.now();
  const waiting = ctx.store.view(deliveries).by("queue", queue);
  const { expired, due, nextAt } = planQueue(
    waiting.filter(({ value }) => isMine(value)),
    now,
    mostLogEvents,
  );
  const free = paced(due, ctx, parts.pace);
  if (typeof free === "number") return { lookAgainAt: free };
  const publication = new Publication({ store: ctx.store, now, random: ctx.random });
  const tried = await attempt(free, ctx, parts.ports, publication);
  const ends = [...expired.map((entry) => ({ entry, outcome: tooOld, isUntried: true })), ...tried];
  if (ends.length > 0) await settle(ends, ctx, publication, parts.ports.counts);
  // More that is due is noticed by this commit.
  return nextAt === undefined ? undefined : { lookAgainAt: nextAt };
}

interface Ended {
  readonly entry: Waiting;
  readonly outcome: Outcome;
  readonly isUntried?: boolean;
}

const tooOld: Outcome = { kind: "drop", reason: "It is older than its MaximumEventAgeInSeconds." };

/** What may go out now; a time when the rate of the API destination has to be waited for. */
function paced(due: readonly Waiting[], { store, clock }: ControllerContext, pace: Map<string, number>) {
  const [first] = due;
  if (first === undefined || first.value.address.kind !== "api-destination") return due.slice(0, batchOf(due));
  const { arn } = first.value.address;
  const now = clock.now();
  const freeAt = pace.get(arn) ?? 0;
  if (now < freeAt) return freeAt;
  const rate = destinationWithArn(store, arn)?.invocationRateLimitPerSecond ?? mostAtOnce;
  const batch = due.slice(0, Math.min(mostAtOnce, rate));
  for (const [other, at] of pace) if (at <= now) pace.delete(other);
  pace.set(arn, now + (batch.length * 1000) / rate);
  return batch;
}

function batchOf(due: readonly Waiting[]): number {
  return due[0]?.value.address.kind === "log-group" ? mostLogEvents : mostAtOnce;
}

async function attempt(
  batch: readonly Waiting[],
  ctx: ControllerContext,
  ports: DeliveryPorts,
  publication: Publication,
): Promise<readonly Ended[]> {
  if (batch[0]?.value.address.kind === "log-group") {
    const together = logBatch(batch, mostLogBytes);
    const outcome = await deliverToLogs(together, ports);
    return together.map((entry) => ({ entry, outcome }));
  }
  const tryOne = async (entry: Waiting): Promise<Ended> => ({
    entry,
    outcome: await deliverOne(withAttempt(entry), ctx, ports, publication).catch(outcomeOf),
  });
  if (batch[0]?.value.address.kind !== "event-bus") return Promise.all(batch.map(tryOne));
  // Events go on in the order that they came in.
  const ends: Ended[] = [];
  for (const entry of batch) ends.push(await tryOne(entry));
  return ends;
}

/** What a schedule wants to be told of the attempt is filled in for each. */
function withAttempt(entry: Waiting): Waiting {
  const { value } = entry;
  if (!value.originArn.includes(":scheduler:") || !value.input.includes(attemptNumber)) return entry;
  return { ...entry, value: { ...value, input: value.input.replaceAll(attemptNumber, String(value.attempts + 1)) } };
}

const attemptNumber = "<aws.scheduler.attempt-number>";

async function deliverOne(
  entry: Waiting,
  { store }: ControllerContext,
  ports: DeliveryPorts,
  publication: Publication,
): Promise<Outcome> {
  switch (entry.value.address.kind) {
    case "event-bus":
      return deliverToBus(entry.value, { publication, store }, ports);
    case "ecs-task":
      return deliverToEcs(entry, ports);
    case "operation":
      return deliverToOperation(entry, ports);
    case "log-group":
      return deliverToLogs([entry], ports);
    default:
      return deliverToHttp(entry.value, store, ports);
  }
}

/** One commit with all that came of a batch, which is counted then. */
async function settle(
  ends: readonly Ended[],
  ctx: ControllerContext,
  publication: Publication,
  counts: DeliveryPorts["counts"],
): Promise<void> {
  const put: Put[] = [...publication.puts];
  const remove: string[] = [];
  const invocations: (readonly [DeliveryRecord, Invocation])[] = [];
  for (const { entry, outcome, isUntried = false } of ends) {
    const next = nextOf(entry, outcome, ctx);
    if (next === undefined) remove.push(entry.key);
    else put.push({ key: entry.key, value: next });
    invocations.push([entry.value, { outcome: isUntried ? undefined : outcome, isOver: next === undefined }]);
  }
  await ctx.store.commit({ unchanged: ends.map(({ entry }) => entry), put, remove });
  for (const metric of invocations.flatMap(([of, each]) => invocationMetrics(of, each))) counts.count(metric);
}

/** The record to try again with; undefined: it is over, for better or for worse. */
function nextOf({ value, key }: Waiting, outcome: Outcome, ctx: ControllerContext): DeliveryRecord | undefined {
  if (outcome.kind === "done") return undefined;
  const after =
    outcome.kind === "drop"
      ? { givenUp: outcome.reason }
      : afterFailure(value, outcome, ctx.clock.now(), ctx.random.float());
  const fields = { origin: value.originArn, target: value.address.kind, event: value.eventId, key };
  if ("givenUp" in after) {
    ctx.log.warn("An event could not be delivered to its target", { ...fields, reason: after.givenUp });
    return undefined;
  }
  ctx.log.debug("A delivery will be tried again", { ...fields, attempts: after.next.attempts, reason: outcome.reason });
  return after.next;
}
