import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isBug } from "#kernel/fault.ts";
import type { HttpRequest, HttpResponse } from "#wire/message.ts";
import { parseAuthorization } from "#wire/sigv4/authorization.ts";
import { type BodyBudget, discardRest, type ReadBody, readBody, releaseBody } from "./body.ts";
import { isLocalName, isOfOtherSite } from "./hosts.ts";
import { createPipeline, type PipelineOptions, type Respond } from "./pipeline.ts";
import { Rest } from "./rest.ts";
import { send } from "./send.ts";
import { type SignedRoute, signedRoutes } from "./signed-route.ts";

export interface GatewayOptions extends Omit<PipelineOptions, "bodyLimitBytes" | "strictFaults"> {
  readonly strictFaults?: boolean;
  /** Routes beside the AWS APIs by method and exact path: `GET /_estiva/health`. They check callers themselves. */
  readonly routes?: Readonly<Record<string, RouteHandler>>;
  /** Routes whose callers the gateway checks: `POST /_estiva/explain/service`. Under every name, as the APIs are. */
  readonly signedRoutes?: Readonly<Record<string, SignedRoute<unknown>>>;
  /** Protocols of their own under a path, such as the registry's under `/v2/`: they read and answer as they come. */
  readonly mounts?: readonly Mount[];
  /** Protocols that a connection changes to, such as the web sockets of ECS Exec. */
  readonly upgrades?: readonly UpgradeMount[];
  /** Whole sites of others by the host that is asked for, such as load balancers'. They come before all else. */
  readonly sites?: readonly Site[];
  /** Names of this platform besides addresses, `localhost` and names of one label, for requests to `routes`. */
  readonly hostNames?: readonly string[];
  readonly limits?: Partial<GatewayLimits>;
}

export interface Mount {
  /** `/v2/`: begins and ends with a slash; the path without the last slash belongs to it too. */
  readonly prefix: string;
  /** Checks the caller itself, and bounds what it reads. Resolves when the answer has been sent. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface UpgradeMount {
  /** Begins and ends with a slash. */
  readonly prefix: string;
  /** Takes the connection over. Checks the caller itself, and closes what it has opened. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Site extends Pick<Mount, "handle">, Pick<UpgradeMount, "upgrade"> {
  serves(request: IncomingMessage): boolean;
}

export type RouteHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export interface GatewayLimits {
  /** The body of a request that bears a known access key; the largest one AWS takes is 20 MB (an ECR layer part). */
  readonly bodyBytes: number;
  /** The body of any other request. */
  readonly unknownCallerBodyBytes: number;
  /** All bodies held at once. */
  readonly heldBodyBytes: number;
  readonly connections: number;
  /** Requests sent ahead over one connection without waiting for answers. */
  readonly pipelinedRequests: number;
  readonly headerSeconds: number;
  /** The body of a request to the AWS APIs; mounts have rules of their own. */
  readonly requestSeconds: number;
  /** A connection on which nothing is sent or read. */
  readonly idleSeconds: number;
  /** How long `close` waits for requests that are being answered. */
  readonly closeSeconds: number;
}

const defaultLimits: GatewayLimits = {
  bodyBytes: 24 * 2 ** 20,
  unknownCallerBodyBytes: 2 ** 20,
  heldBodyBytes: 256 * 2 ** 20,
  connections: 10_000,
  pipelinedRequests: 16,
  headerSeconds: 10,
  requestSeconds: 120,
  idleSeconds: 120,
  closeSeconds: 5,
};

/** The HTTP front door of the AWS APIs. */
export interface Gateway {
  /** Answers one request without a socket, for tests and the simulation; never rejects. */
  readonly respond: Respond;
  /** Listens on one more address; port 0 takes a free one. Resolves with the port. Rejects when it is taken. */
  listen(host: string, port: number): Promise<number>;
  /**
   * Keeps operations and signed routes that are asked for waiting until the function that this resolves with is called.
   * Resolves when those that run have ended: then nobody writes on a caller's behalf.
   */
  hold(): Promise<() => void>;
  /** Stops listening, lets requests finish for a while, then closes every connection. */
  close(): Promise<void>;
}

export function createGateway(options: GatewayOptions): Gateway {
  const limits = { ...defaultLimits, ...options.limits };
  const respond = createPipeline({
    ...options,
    bodyLimitBytes: limits.bodyBytes,
    strictFaults: options.strictFaults ?? false,
  });
  const shell: Shell = {
    options,
    limits,
    respond,
    signed: signedRoutes(options.signedRoutes ?? {}, { ...options, authorize: options.authorize ?? (() => []) }),
    budget: { limitBytes: limits.heldBodyBytes, heldBytes: 0 },
    rest: new Rest(),
    pending: new WeakMap(),
    streaming: new WeakSet(),
  };
  const servers = new Set<Server>();
  return {
    respond,
    hold: () => shell.rest.hold(),
    async listen(host, port) {
      const server = makeServer(shell);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          resolve();
        });
      });
      servers.add(server);
      return (server.address() as AddressInfo).port;
    },
    async close() {
      await Promise.all([...servers].map((server) => closeServer(server, shell)));
      servers.clear();
    },
  };
}

interface Shell {
  readonly options: GatewayOptions;
  readonly limits: GatewayLimits;
  readonly respond: Respond;
  readonly signed: Readonly<Record<string, RouteHandler>>;
  readonly budget: BodyBudget;
  readonly rest: Rest;
  /** Requests of a connection that have not been answered. */
  readonly pending: WeakMap<Socket, number>;
  /** Connections over which an answer without a known end is being sent. */
  readonly streaming: WeakSet<Socket>;
}

function makeServer(shell: Shell): Server {
  const { limits } = shell;
  const server = createServer(
    {
      headersTimeout: limits.headerSeconds * 1000,
      // Set by `readWhole` for the AWS APIs: a layer that is pushed through a mount takes as long as it takes.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5000, limits.headerSeconds * 500),
      keepAliveTimeout: limits.idleSeconds * 1000,
      maxHeaderSize: 32 * 1024,
      requireHostHeader: true,
      noDelay: true,
      // Others that offer a change, such as to HTTP/2, go on as they are.
      shouldUpgradeCallback: (request) => upgradeOf(shell, request) !== undefined,
    },
    (request, response) => {
      serve(shell, request, response).catch((error: unknown) => {
        shell.options.log.error("A connection has failed", { error });
        response.destroy();
      });
    },
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const mount = upgradeOf(shell, request);
    socket.on("error", () => socket.destroy()); // the client is gone: nobody is left to be told
    // Node.js before 24.9 does not ask before.
    if (mount === undefined) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else upgradeTo(shell, mount, request, socket, head);
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.idleSeconds * 1000;
  server.on("timeout", (socket) => {
    // A stream may have nothing to say for long; what it has said must be read.
    if (!shell.streaming.has(socket) || socket.writableNeedDrain) socket.destroy();
  });
  return server;
}

function upgradeOf({ options }: Shell, request: IncomingMessage): Pick<UpgradeMount, "upgrade"> | undefined {
  if (request.headers.upgrade?.toLowerCase() !== "websocket") return undefined;
  const site = options.sites?.find((each) => each.serves(request));
  if (site !== undefined) return site;
  return options.upgrades?.find(({ prefix }) => request.url?.startsWith(prefix));
}

/** An error that nobody expects is this connection's alone. */
function upgradeTo(
  { options }: Shell,
  mount: Pick<UpgradeMount, "upgrade">,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  try {
    mount.upgrade(request, socket, head);
  } catch (error) {
    options.log.error("A connection could not be taken over", { error });
    socket.destroy();
    if (isBug(error)) options.onBug?.(error, "an upgrade");
  }
}

async function closeServer(server: Server, { options, limits }: Shell): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = options.clock.after(limits.closeSeconds * 1000, () => server.closeAllConnections());
  await closed;
  timer.cancel();
}

async function serve(shell: Shell, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pending, limits } = shell;
  const { socket } = request;
  const ahead = (pending.get(socket) ?? 0) + 1;
  if (ahead > limits.pipelinedRequests) {
    socket.destroy();
    return;
  }
  pending.set(socket, ahead);
  try {
    await answer(shell, request, response);
  } finally {
    pending.set(socket, (pending.get(socket) ?? 1) - 1);
  }
}

async function answer(shell: Shell, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { budget, limits } = shell;
  const site = shell.options.sites?.find((each) => each.serves(incoming));
  if (site !== undefined) return serveSite(shell, site, incoming, response);
  const head = headOf(incoming);
  const mount = shell.options.mounts?.find(({ prefix }) => `${head.path}/`.startsWith(prefix));
  if (mount !== undefined) return mount.handle(incoming, response);
  const read = await readWhole(shell, incoming, head);
  if (read.kind === "aborted") return;
  if (read.kind !== "body") {
    await send(response, read.kind === "tooLarge" ? tooLarge : busy);
    discardRest(incoming, limits.bodyBytes);
    return;
  }
  try {
    const request = { ...head, body: read.body };
    const result = await resultOf(shell, request, signalOf(response));
    await sendResult(shell, incoming.socket, response, result);
  } finally {
    releaseBody(read.body, budget);
  }
}

async function resultOf(shell: Shell, request: HttpRequest, signal: () => AbortSignal): Promise<HttpResponse> {
  const name = `${request.method} ${request.path}`;
  const signed = shell.signed[name];
  if (signed !== undefined) return shell.rest.run(async () => signed(request));
  const route = shell.options.routes?.[name];
  if (route !== undefined) return serveRoute(shell, route, request);
  return shell.rest.run(() => shell.respond(request, signal));
}

/** What is idle for how long is the site's own affair. */
async function serveSite({ streaming }: Shell, site: Site, incoming: IncomingMessage, response: ServerResponse) {
  streaming.add(incoming.socket);
  try {
    await site.handle(incoming, response);
  } finally {
    streaming.delete(incoming.socket);
  }
}

async function readWhole(shell: Shell, incoming: IncomingMessage, head: HttpRequest): Promise<ReadBody> {
  const deadline = shell.options.clock.after(shell.limits.requestSeconds * 1000, () => incoming.destroy());
  try {
    return await readBody(incoming, bodyLimitOf(shell, head), shell.budget);
  } finally {
    deadline.cancel();
  }
}

async function sendResult({ streaming }: Shell, socket: Socket, response: ServerResponse, result: HttpResponse) {
  if (isStream(result)) streaming.add(socket);
  try {
    await send(response, result);
  } finally {
    streaming.delete(socket);
  }
}

async function serveRoute(shell: Shell, route: RouteHandler, request: HttpRequest): Promise<HttpResponse> {
  const { host, origin } = request.headers;
  if (!isLocalName(host, shell.options.hostNames ?? [])) return foreignHost;
  if (isOfOtherSite(origin, host)) return otherSite;
  try {
    return await route(request);
  } catch (error) {
    shell.options.log.error("Unexpected error in a route", { path: request.path, error });
    return failed;
  }
}

function headOf(incoming: IncomingMessage): HttpRequest {
  const url = incoming.url ?? "/";
  const question = url.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    path: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? "" : url.slice(question + 1),
    headers: incoming.headers as HttpRequest["headers"],
    body: noBody,
    ...(incoming.socket.remoteAddress !== undefined && { remoteAddress: incoming.socket.remoteAddress }),
  };
}

/** Only who names an access key that exists may send much; whether the signature is right is seen with the body. */
function bodyLimitOf({ options, limits }: Shell, head: HttpRequest): number {
  const declared = Number(head.headers["content-length"] ?? Number.NaN);
  if (declared <= limits.unknownCallerBodyBytes) return limits.unknownCallerBodyBytes;
  const parsed = parseAuthorization(head);
  const known =
    parsed.kind === "signed" &&
    options.credentials(parsed.authorization.accessKeyId, parsed.authorization.sessionToken) !== undefined;
  return known ? limits.bodyBytes : limits.unknownCallerBodyBytes;
}

/** A signal that aborts when the client goes away, made only when somebody asks for it. */
function signalOf(response: ServerResponse): () => AbortSignal {
  let controller: AbortController | undefined;
  return () => {
    if (controller === undefined) {
      const made = new AbortController();
      if (response.destroyed) made.abort();
      else response.once("close", () => made.abort());
      controller = made;
    }
    return controller.signal;
  };
}

function isStream({ body }: HttpResponse): boolean {
  return typeof body !== "string" && !(body instanceof Uint8Array);
}

const noBody = new Uint8Array();

const tooLarge: HttpResponse = refusal(413, "RequestEntityTooLarge", "Request body is too large.");
const busy: HttpResponse = refusal(503, "ServiceUnavailable", "Too much is being sent at once. Try again.");
const failed: HttpResponse = refusal(500, "InternalFailure", "The request has failed.");
const foreignHost: HttpResponse = refusal(403, "Forbidden", "This Host is not one of the platform's own.");
const otherSite: HttpResponse = refusal(403, "Forbidden", "A web page of another site has sent this.");

/** An answer given before service and protocol are known: clients of JSON read the body, all others the status. */
function refusal(status: number, code: string, message: string): HttpResponse {
  const headers = { "content-type": "application/json", "x-amzn-errortype": code, connection: "close" };
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}
