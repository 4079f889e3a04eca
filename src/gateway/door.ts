import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { isLoopback } from "#kernel/loopback.ts";
import type { Site } from "./gateway.ts";

/** Where a name's requests go, or in words for people why they go nowhere. */
export type DoorTarget = { readonly address: string; readonly port: number } | { readonly nowhere: string };

/**
 * A way from this machine's loopback address to what listens elsewhere, by the host that is asked for
 * (`NAME.elb.localhost`): requests and answers go through as they come, web sockets too. Others than this machine's own
 * programs are not served: they would get past the security groups of what they reach.
 */
export function createDoor(isOurs: (name: string) => boolean, resolve: (name: string) => DoorTarget): Site {
  const nameOf = (request: IncomingMessage) => request.headers.host?.replace(/:\d+$/, "").toLowerCase() ?? "";
  return {
    serves: (request) => isOurs(nameOf(request)) && isLoopback(request.socket.remoteAddress),
    async handle(request, response) {
      const target = resolve(nameOf(request));
      if ("nowhere" in target) return refuse(response, 503, target.nowhere);
      await pass(request, response, target);
    },
    upgrade(request, socket, head) {
      const target = resolve(nameOf(request));
      if ("nowhere" in target) socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n");
      else tunnel(request, socket, head, target);
    },
  };
}

type Found = Extract<DoorTarget, { address: string }>;

function pass(request: IncomingMessage, response: ServerResponse, { address, port }: Found): Promise<void> {
  return new Promise((resolve) => {
    const sent = httpRequest({
      ...{ host: address, port, method: request.method, path: request.url, agent: false },
      headers: passedOn(request.rawHeaders) as never, // pairs as they came: the types know objects only
    });
    sent.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.statusMessage, passedOn(answer.rawHeaders));
      answer.pipe(response);
      answer.on("error", () => response.destroy()); // cut off there, and so here
    });
    sent.on("error", (error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, `The load balancer does not answer: ${error.message}.`);
    });
    response.on("close", () => {
      sent.destroy();
      resolve();
    });
    request.pipe(sent);
  });
}

/** Fields of one connection only are not those of the next. */
const ofConnection = new Set(["connection", "keep-alive", "proxy-connection"]);

function passedOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !ofConnection.has(rawHeaders[i - (i % 2)]!.toLowerCase()));
}

function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, { address, port }: Found): void {
  const other = connect({ host: address, port });
  const { method, url, rawHeaders } = request;
  const lines = rawHeaders.flatMap((text, i) => (i % 2 === 0 ? [`${text}: ${rawHeaders[i + 1]}`] : []));
  other.write([`${method} ${url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  other.write(head);
  other.pipe(socket);
  socket.pipe(other);
  for (const [one, two] of [
    [other, socket],
    [socket, other],
  ] as const) {
    one.on("error", () => two.destroy());
    one.on("close", () => two.destroy());
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${message}\n`);
}
