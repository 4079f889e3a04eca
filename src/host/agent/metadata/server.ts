import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { CredentialsProvider, TaskProtection } from "../ports.ts";
import { type AnswerDeps, type AnsweringAgent, answer, type TasksNetwork } from "./answer.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createStatsReader } from "./stats.ts";

export interface MetadataServerConfig {
  readonly agent: AnsweringAgent;
  readonly driver: RuntimeDriver;
  readonly network: TasksNetwork;
  readonly sourceOf?: AnswerDeps["sourceOf"];
  readonly credentials?: CredentialsProvider;
  readonly protection?: TaskProtection;
  readonly clock: Clock;
  readonly log: Log;
  /** Where tasks' requests to 169.254.170.2:80 are led. Port 0: any. */
  readonly address: string;
  readonly port: number;
}

export interface MetadataServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Bytes of the body of a PUT, whose documents have two fields. */
const mostBodyBytes = 4_096;

/**
 * The task metadata endpoint, versions 2 to 4, and the agent's API beside it. Its clients are the containers, which
 * nobody vouches for: an id is known only to the container that has it, and what requests may cost is bounded.
 */
export async function startMetadataServer(config: MetadataServerConfig): Promise<MetadataServer> {
  const { agent, network, sourceOf, driver, clock, log, credentials, protection } = config;
  const deps = { agent, network, sourceOf, clock, credentials, protection, stats: createStatsReader(driver, clock) };
  const limit = createRateLimit(clock);
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "/").split("?")[0]!;
    const call = { method: request.method ?? "GET", readBody: () => bodyOf(request) };
    try {
      if (!limit(limitKey(path, request))) return send(response, 429, "Rate limit exceeded");
      const { remoteAddress: from = "", remotePort = 0 } = request.socket;
      const found = await answer(deps, path, { address: from, port: remotePort }, call);
      if (found === undefined) return sendText(response, 404, "404 page not found\n");
      send(response, found.status, found.body);
    } catch (error) {
      log.warn("A metadata request failed", { error: String(error) });
      send(response, 500, "Internal server error");
    } finally {
      // A body that nobody has read.
      request.resume();
    }
  };
  const server = createServer(
    {
      maxHeaderSize: 8_192,
      headersTimeout: 5_000,
      requestTimeout: 5_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = 1_024;
  server.maxRequestsPerSocket = 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.address, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Rejects when the client goes away; what is longer than any document of the API is cut off, and is none then. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= mostBodyBytes) chunks.push(chunk as Buffer);
  }
  return bytes > mostBodyBytes ? "" : Buffer.concat(chunks).toString();
}

/** Requests are counted by the container that asks, as its id in the path tells; others by where they come from. */
function limitKey(path: string, request: IncomingMessage): string {
  return /^\/(?:v[34]|api)\/([^/]{1,256})/.exec(path)?.[1] ?? request.socket.remoteAddress ?? "";
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" });
  response.end(text);
}
