import { connect } from "node:net";
import { signRequest } from "#wire/sigv4/sign.ts";

/** A client of the AWS APIs that costs as little as can be: requests are signed once and sent again and again. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Call {
  readonly port: number;
  readonly credentials: Credentials;
  /** `AmazonEC2ContainerServiceV20141113.ListTasks` */
  readonly target: string;
  readonly signingName: string;
  readonly input: object;
}

/** One signed request of a JSON service as bytes. Good for five minutes. */
export function requestBytes({ port, credentials, target, signingName, input }: Call): Buffer {
  const body = Buffer.from(JSON.stringify(input));
  const headers = {
    host: `127.0.0.1:${port}`,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": target,
    "amz-sdk-invocation-id": "8b6b3b5e-0000-4000-8000-000000000000",
    "amz-sdk-request": "attempt=1; max=3",
    "user-agent": "aws-sdk-js/3.1164.0 ua/2.1 os/linux lang/js md/nodejs#24 api/ecs#3.1164.0",
    "content-length": String(body.byteLength),
  };
  const request = { method: "POST", path: "/", query: "", headers, body };
  const signed = signRequest(request, { credentials, region: "us-east-1", service: signingName, now: Date.now() });
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\n${lines.join("")}\r\n`), body]);
}

export interface Driven {
  readonly count: number;
  readonly seconds: number;
  /** Of each answer, in the order they came. */
  readonly latenciesMs: readonly number[];
}

export interface DriveOptions {
  readonly port: number;
  readonly request: Buffer;
  readonly connections: number;
  /** Ends after so many seconds, or so many answers. */
  readonly seconds: number;
  readonly most?: number;
}

/** Sends the same request over all connections, each next one when the last was answered; all must succeed. */
export async function drive(options: DriveOptions): Promise<Driven> {
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  let left = options.most ?? Number.POSITIVE_INFINITY;
  const until = startedAt + options.seconds * 1000;
  const more = () => performance.now() < until && left-- > 0;
  await Promise.all(Array.from({ length: options.connections }, () => driveOne(options, more, latenciesMs)));
  return { count: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs };
}

function driveOne({ port, request }: DriveOptions, more: () => boolean, latenciesMs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let size = 0; // of the answer that is coming; 0 before its head is there
    let received = 0;
    let sentAt = 0;
    const next = () => {
      if (!more()) {
        socket.destroy();
        return resolve();
      }
      [size, received, sentAt] = [0, 0, performance.now()];
      socket.write(request);
    };
    socket.on("connect", next);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      try {
        if (size === 0) size = answerSize(chunk);
      } catch (error) {
        return reject(error);
      }
      received += chunk.byteLength;
      if (received < size) return;
      latenciesMs.push(performance.now() - sentAt);
      next();
    });
  });
}

/** The length of an answer with its head, which always comes in one piece. */
function answerSize(firstChunk: Buffer): number {
  const text = firstChunk.toString("latin1");
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  if (!text.startsWith("HTTP/1.1 200") || length === undefined) throw new Error(`Unexpected answer: ${text}`);
  return text.indexOf("\r\n\r\n") + 4 + Number(length);
}
