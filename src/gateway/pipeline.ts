import { partitionOf } from "#kernel/arn.ts";
import type { AuditSink } from "#kernel/audit.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { Fault, isBug } from "#kernel/fault.ts";
import type { Caller, RequestContext, ServiceModule } from "#kernel/handler.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Store } from "#kernel/store.ts";
import { decompress, isCompressed } from "#wire/compression.ts";
import type { FaultStyle } from "#wire/faults.ts";
import { fillIdempotencyTokens } from "#wire/idempotency.ts";
import type { HttpRequest, HttpResponse } from "#wire/message.ts";
import type { Operation } from "#wire/model.ts";
import { type ParsedAuthorization, parseAuthorization } from "#wire/sigv4/authorization.ts";
import { signingKeyCache } from "#wire/sigv4/signing-keys.ts";
import { validateInput } from "#wire/validate/validate.ts";
import { faultOf } from "./answer-fault.ts";
import { type AnsweredCall, auditRecord, isManagementEvent } from "./audit/record.ts";
import { type AuthenticateOptions, authenticate, type CredentialsLookup, type Identity } from "./authenticate.ts";
import type { Origin } from "./authorize/request-keys.ts";
import { createCatalog } from "./catalog.ts";
import { commonFault, findOperation, requireService } from "./operation.ts";
import { findTarget, type Target } from "./target.ts";

export interface PipelineOptions {
  readonly services: readonly ServiceModule[];
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly credentials: CredentialsLookup;
  /** Throws an access fault when the caller may not. By default everyone who signed may do everything. */
  readonly authorize?: Authorize;
  /** Whether a service may take on a role of the account. By default every service may take on any. */
  readonly canAssume?: (account: string, roleArn: string, service: string, sourceArn: string) => boolean;
  /** Told of every call by somebody known, when it has been answered. */
  readonly audit?: AuditSink;
  /** Told of every call of an operation, when it has been answered. */
  readonly observe?: (call: ObservedCall) => void;
  /** Where unsigned operations happen. */
  readonly account: string;
  readonly region: string;
  /** What a compressed body may grow to, in bytes. */
  readonly bodyLimitBytes: number;
  /** A fault whose code is not in the operation's model counts as a bug: for development and tests. */
  readonly strictFaults: boolean;
  /** An operation hit a bug, after its client has been answered with an internal failure. */
  readonly onBug?: (error: unknown, operation: string) => void;
}

export interface ObservedCall {
  /** The service's folder among the models, and the operation: `ecs`, `RunTask`. */
  readonly service: string;
  readonly operation: string;
  /** Where it happened; undefined: nobody knows whose call it was. */
  readonly place: { readonly account: string; readonly region: string } | undefined;
  /** Of HTTP. */
  readonly status: number;
  /** From the body's last byte to the answer. */
  readonly seconds: number;
}

/** Gives the ARNs of the resources that it asked about. */
export type Authorize = (request: AuthorizeRequest) => readonly string[];

export interface AuthorizeRequest {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly account: string;
  readonly region: string;
  /** How the fault is to be worded. */
  readonly style: FaultStyle;
  readonly origin: Origin;
}

/** Answers one request; never rejects. */
export type Respond = (request: HttpRequest, signal: () => AbortSignal) => Promise<HttpResponse>;

/** A call of which it is known what it is, and whose; what it asks for is filled in as it comes out. */
interface KnownCall extends Pick<AnsweredCall, "operation" | "caller" | "account" | "region" | "bodyBytes"> {
  input: unknown;
  resources: readonly string[];
}

/** How often a handler is run when others keep changing what it read. */
const mostRuns = 10;

/** All that happens to a request between its body's last byte and its answer, in order. */
export function createPipeline(options: PipelineOptions): Respond {
  const { clock, random, log, credentials } = options;
  const catalog = createCatalog(options.services);
  const keys = signingKeyCache();

  return async (request, signal) => {
    const requestId = uuid(random);
    const parsed = parseAuthorization(request);
    const scope = parsed.kind === "signed" ? parsed.authorization.scope.service : undefined;
    const target = findTarget(request, scope, catalog);
    const origin = originOf(request);
    const startedAt = clock.now();
    let operation: Operation | undefined;
    let known: KnownCall | undefined;
    const audit = (answer: Pick<AnsweredCall, "output" | "answerCharacters" | "fault">) => {
      if (known === undefined || options.audit === undefined || !isManagementEvent(known.operation)) return;
      try {
        const at = { now: clock.now(), eventId: uuid(random), requestId, origin };
        options.audit.record(auditRecord({ ...known, ...at, ...answer }));
      } catch (error) {
        // What has been done is done: the caller is told so whatever becomes of its record.
        log.error("A call could not be recorded", { requestId, operation: known.operation.name, error });
      }
    };
    try {
      const signer = signerOf(request, parsed, target, { credentials, keys, now: clock.now() });
      const plain = await decompress(request, options.bodyLimitBytes);
      const found = findOperation(target, plain);
      operation = found.operation;
      if (signer === undefined && !operation.unsigned) throw commonFault(target.style, "missingToken");
      // What comes with a token is the token's alone: a session that signs it as well is not to pass on what it has.
      const signed = operation.unsigned ? undefined : signer?.caller;

      const account = signed?.account ?? options.account;
      const region = signer?.region ?? options.region;
      const caller = signed ?? anonymous(account);
      known = { operation, caller, account, region, bodyBytes: plain.body.length, input: undefined, resources: [] };
      const input = target.protocol.parse(plain, operation, found.labels);
      known.input = input;
      fillIdempotencyTokens(operation, input, random);
      validateInput(operation, input);
      const { style } = target;
      known.resources = options.authorize?.({ caller, operation, input, account, region, style, origin }) ?? [];
      const context = { options, requestId, account, region, caller, origin };
      const run = () => found.handler(input, contextOf(context, request, signal));
      const output = await rerun(run, mostRuns);
      const answer = target.protocol.serialize(operation, output, requestId);
      audit({ output, ...(typeof answer.body === "string" && { answerCharacters: answer.body.length }) });
      return observed(options, { operation, known, startedAt }, answer);
    } catch (error) {
      if (options.onBug !== undefined && isBug(error)) {
        const where = operation === undefined ? "a request" : `${operation.service.name}:${operation.name}`;
        clock.after(0, () => options.onBug?.(error, where));
      }
      const fault = faultOf(error, { target, operation, requestId, log, strictFaults: options.strictFaults });
      audit({ fault });
      const answer = target.writeFault(fault, target.service?.model, requestId);
      return observed(options, { operation, known, startedAt }, answer);
    }
  };
}

/** Who signed the request; undefined: nobody did, as few operations allow. */
function signerOf(
  request: HttpRequest,
  parsed: ParsedAuthorization,
  target: Target,
  options: AuthenticateOptions,
): Identity | undefined {
  // Before its signature, which Amazon S3 makes in another way.
  if (parsed.kind === "signed") requireService(target);
  const signer = authenticate(request, parsed, target, options);
  if (signer === undefined && isCompressed(request)) throw commonFault(target.style, "missingToken");
  return signer;
}

interface ObservedParts {
  readonly operation: Operation | undefined;
  readonly known: KnownCall | undefined;
  readonly startedAt: number;
}

/** The answer, of which the observer has been told. */
function observed(
  { observe, clock }: PipelineOptions,
  { operation, known, startedAt }: ObservedParts,
  answer: HttpResponse,
): HttpResponse {
  if (operation === undefined) return answer;
  const seconds = Math.max(0, clock.now() - startedAt) / 1000;
  const place = known && { account: known.account, region: known.region };
  observe?.({ service: operation.service.name, operation: operation.name, place, status: answer.status, seconds });
  return answer;
}

export function originOf({ headers, remoteAddress }: HttpRequest): Origin {
  const { "user-agent": userAgent, referer } = headers;
  return {
    secure: false, // the gateway itself speaks plain HTTP; what a proxy before it says of TLS could be anybody's word
    sourceIp: remoteAddress?.replace(/^::ffff:(?=\d+\.)/, ""),
    userAgent,
    referer,
  };
}

interface ContextParts extends Pick<RequestContext, "requestId" | "account" | "region" | "caller"> {
  readonly origin: Origin;
  readonly options: PipelineOptions;
}

function contextOf(parts: ContextParts, request: HttpRequest, signal: () => AbortSignal): RequestContext {
  const { options, requestId, account, region, caller, origin } = parts;
  const { store, clock, random, log } = options;
  return {
    store,
    clock,
    random,
    log,
    requestId,
    account,
    region,
    caller,
    origin,
    signal,
    partition: partitionOf(region),
    endpoint: `http://${request.headers.host ?? "localhost"}`,
    canAssume: (...asked) => options.canAssume?.(account, ...asked) ?? true,
    fault: (code, message, members) => new Fault(code, message, members === undefined ? {} : { members }),
  };
}

/** Who calls an operation that anyone may call, such as AssumeRoleWithWebIdentity. */
function anonymous(account: string): Caller {
  return { arn: "", userId: "", account, accessKeyId: "", type: "FederatedUser" };
}
