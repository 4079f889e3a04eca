import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { type AddressInfo, connect, type Server as NetServer, type Socket } from "node:net";

/** Targets and clients of the contract suite. */
export interface Target {
  readonly port: number;
  /** Requests that were no health checks: `GET /path`. */
  readonly requests: string[];
  /** What a health check is answered with from now on. */
  health: number;
  close(): Promise<void>;
}

/** Answers with its name, and with what it was sent: JSON of `{ name, method, url, headers, body }`. */
export async function startTarget(name: string, port = 0, answer?: RequestListener): Promise<Target> {
  const requests: string[] = [];
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    if (request.url === "/health") {
      response.writeHead(target.health).end();
      return;
    }
    requests.push(`${request.method} ${request.url}`);
    if (answer) answer(request, response);
    else void echo(name, request).then((body) => response.end(body));
  });
  const target: Target = { port: await listen(server, port), requests, health: 200, close: () => close(server) };
  return target;
}

async function echo(name: string, request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method, url, headers } = request;
  return JSON.stringify({ name, method, url, headers, body: Buffer.concat(chunks).toString() });
}

/** A target of HTTP/2 without TLS: sends back what it gets, and a status as gRPC has it. */
export async function startHttp2Target(name: string): Promise<Target> {
  const requests: string[] = [];
  const server = createHttp2();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {}); // the balancer has left
    const path = String(headers[":path"]);
    if (path === "/health") return stream.respond({ ":status": target.health }, { endStream: true });
    // What a gRPC server says of a method that it does not have.
    if (path.startsWith("/AWS.ALB"))
      return stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
    requests.push(`${headers[":method"]} ${path}`);
    const seen = `${headers["x-forwarded-proto"]} ${headers["x-forwarded-for"]}`;
    stream.respond({ ":status": 200, "x-name": name, "x-seen": seen }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.pipe(stream);
  });
  const target: Target = { port: await listen(server, 0), requests, health: 200, close: () => close(server) };
  return target;
}

/** What listens now, with its connections. */
const listening = new Map<NetServer, Set<Socket>>();

export async function listen(server: NetServer, port: number): Promise<number> {
  const sockets = new Set<Socket>();
  listening.set(server, sockets);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export async function close(server: NetServer): Promise<void> {
  for (const socket of listening.get(server) ?? []) socket.destroy();
  listening.delete(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** All that tests have opened, those too that failed: a process does not end while one listens. */
export async function closeAll(): Promise<void> {
  await Promise.all([...listening.keys()].map(close));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string | readonly string[]>;
  readonly body?: string;
}

/** One request over a connection of its own. */
export function ask(port: number, path = "/", { method = "GET", headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, headers: headers as Record<string, string>, agent: false };
    const request = httpRequest(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** What a target of `startTarget` was sent. */
export async function seen(port: number, path = "/", options: Ask = {}) {
  const answer = await ask(port, path, options);
  return JSON.parse(answer.body) as {
    readonly name: string;
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
}

/** Sends bytes as they are, and gives all that comes back until the other end closes. */
export function raw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("error", () => {}); // closed by the other end: what came before counts
    socket.on("close", () => resolve(answer));
  });
}
