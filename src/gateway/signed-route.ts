import type { AuditSink } from "#kernel/audit.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { jsonProtocol, parseJsonBody } from "#wire/json/protocol.ts";
import type { HttpRequest, HttpResponse } from "#wire/message.ts";
import { loadModel, serviceIndex } from "#wire/model.ts";
import { parseAuthorization } from "#wire/sigv4/authorization.ts";
import { signingKeyCache } from "#wire/sigv4/signing-keys.ts";
import { faultOf } from "./answer-fault.ts";
import { type OwnCall, ownAuditRecord } from "./audit/record.ts";
import { authenticate, type CredentialsLookup } from "./authenticate.ts";
import type { RouteHandler } from "./gateway.ts";
import { commonFault } from "./operation.ts";
import { type Authorize, originOf } from "./pipeline.ts";
import type { ServiceTarget } from "./target.ts";

/**
 * A question to the platform that is no operation of AWS: signed with AWS's signature, allowed to those who may call
 * the operations that it needs, in JSON both ways. One that changes something says so, and who may.
 */
export interface SignedRoute<Question = unknown> {
  /** The service in the scope of the signature, and whose operations `needs` names: `ecs`. */
  readonly service: string;
  /** The question in a body. Throws a `Fault` for what is none. */
  parse(body: unknown): Question;
  /** The caller must have the rights for each of these calls, with input as the operation's model has it. */
  needs(question: Question): readonly NeededCall[];
  /** Under which name it is in the audit trail: of one that changes something. */
  readonly recordedAs?: string;
  /** The answer, as JSON; an iterable of bytes is sent as it comes. Rejects with a `Fault`. */
  answer(question: Question, asker: Asker): Promise<object>;
}

export interface NeededCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Asker {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
}

export interface SignedRouteOptions {
  readonly credentials: CredentialsLookup;
  readonly authorize: Authorize;
  /** Absent: nothing is recorded. */
  readonly audit?: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Routes by method and path, as the gateway takes them. */
export function signedRoutes(
  routes: Readonly<Record<string, SignedRoute<unknown>>>,
  options: SignedRouteOptions,
): Readonly<Record<string, RouteHandler>> {
  return Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, signedRoute(route, options)]));
}

/** The route as the gateway takes it. Faults are told as the JSON protocol tells them. */
export function signedRoute<Question>(
  { service, parse, needs, answer, recordedAs: name }: SignedRoute<Question>,
  options: SignedRouteOptions,
): RouteHandler {
  const keys = signingKeyCache();
  const target = targetOf(service);
  return async (request) => {
    const requestId = uuid(options.random);
    let record = (_: Pick<OwnCall, "answer" | "fault">) => {};
    try {
      const identity = identityOf(request, target, { ...options, keys, now: options.clock.now() });
      const body = parseJsonBody(request);
      const asker = { caller: identity.caller, account: identity.caller.account, region: identity.region };
      if (name !== undefined) {
        const call = { ...asker, signingName: target.service!.metadata.signingName, name, requestId };
        record = recorder({ ...call, origin: originOf(request), question: Object(body) }, options);
      }
      const question = parse(body);
      for (const { operation: name, input } of needs(question)) {
        const operation = loadModel(service).operation(name)!;
        options.authorize({ ...asker, operation, input, style: "json", origin: originOf(request) });
      }
      const given = await answer(question, asker);
      const isStream = Symbol.asyncIterator in given;
      record({ answer: isStream ? {} : given });
      return isStream ? streamed(requestId, given as AsyncIterable<Uint8Array>) : json(requestId, given);
    } catch (error) {
      const fault = faultOf(error, { target, operation: undefined, requestId, log: options.log, strictFaults: false });
      record({ fault });
      return jsonProtocol.serializeFault(fault, target.service?.model, requestId);
    }
  };
}

/** Records what becomes of the call. */
function recorder(
  call: Omit<OwnCall, "now" | "eventId" | "answer" | "fault">,
  { audit, clock, random }: SignedRouteOptions,
): (outcome: Pick<OwnCall, "answer" | "fault">) => void {
  return (outcome) => audit?.record(ownAuditRecord({ ...call, ...outcome, now: clock.now(), eventId: uuid(random) }));
}

function identityOf(request: HttpRequest, target: ServiceTarget, options: Parameters<typeof authenticate>[3]) {
  const identity = authenticate(request, parseAuthorization(request), target, options);
  if (identity === undefined) throw commonFault("json", "missingToken");
  return identity;
}

function targetOf(service: string): ServiceTarget {
  const metadata = serviceIndex[service]!;
  const entry = { name: service, metadata, model: loadModel(service), handlerOf: () => undefined };
  return { service: entry, style: "json" };
}

function json(requestId: string, body: object): HttpResponse {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId };
  return { status: 200, headers, body: JSON.stringify(body) };
}

function streamed(requestId: string, body: AsyncIterable<Uint8Array>): HttpResponse {
  return { status: 200, headers: { "content-type": "application/octet-stream", "x-amzn-requestid": requestId }, body };
}
