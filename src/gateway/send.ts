import type { ServerResponse } from "node:http";
import type { HttpResponse } from "#wire/message.ts";

/** Sends an answer. Resolves when all was handed over; rejects when a streamed answer fails, which breaks off. */
export async function send(response: ServerResponse, answer: HttpResponse): Promise<void> {
  const { status, headers, body } = answer;
  if (response.destroyed) return closeUnread(body);
  if (typeof body === "string" || body instanceof Uint8Array) {
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    response.writeHead(status, { ...headers, "content-length": length }).end(body);
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  await sendStream(response, body);
}

async function sendStream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of body) {
      if (response.destroyed) return; // leaving the loop also ends the handler's iterable
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch (error) {
    // An end would tell the client that it has all.
    response.destroy();
    throw error;
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

async function closeUnread(body: HttpResponse["body"]): Promise<void> {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
