import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "#kernel/clock.ts";
import type { Answer } from "./exchange.ts";
import { watchReader } from "./limits.ts";

/** What is still read of a request that has been answered early, so that its sender sees the answer. */
const drainBytes = 2 ** 20;
const drainSeconds = 5;

/** Sends an answer. Resolves when it has been sent, or when the client has gone. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  clock: Clock,
): Promise<void> {
  const unread = !request.complete && hasBody(request);
  const { body } = answer;
  // A stream is begun even for nobody: only then it lets go of its file.
  if (response.destroyed && !isStream(body)) return;
  response.writeHead(answer.status, { ...answer.headers, ...(unread && { connection: "close" }) });
  if (isStream(body)) await sendPieces(request, response, body, clock);
  else response.end(request.method === "HEAD" ? undefined : body);
  if (unread) drain(request, clock);
}

/** One piece after the other: the next one overwrites it, and a slow client is not read ahead for. */
async function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  body: AsyncGenerator<Uint8Array>,
  clock: Clock,
): Promise<void> {
  const unwatch = watchReader(response, request.socket, clock);
  // A client that goes away ends the wait for a piece to be sent; there is nobody to tell.
  let wake: (sent: boolean) => void = () => {};
  const onClose = () => wake(false);
  response.once("close", onClose);
  try {
    for await (const piece of body) {
      if (response.destroyed) return;
      const sent = await new Promise<boolean>((resolve) => {
        wake = resolve;
        response.write(piece, (error) => resolve(!error));
      });
      if (!sent) return;
    }
    response.end();
  } catch (error) {
    // The status has been sent: only a connection that breaks off says that the rest is missing.
    response.destroy();
    throw error;
  } finally {
    response.off("close", onClose);
    unwatch();
  }
}

function isStream(body: Answer["body"]): body is AsyncGenerator<Uint8Array> {
  return typeof body === "object" && Symbol.asyncIterator in body;
}

/** Closing at once would reset the connection, and the sender might lose the answer. */
function drain(request: IncomingMessage, clock: Clock): void {
  let bytes = 0;
  const end = () => {
    timer.cancel();
    request.destroy();
  };
  const timer = clock.after(drainSeconds * 1000, end);
  request.on("error", () => timer.cancel());
  request.on("end", () => timer.cancel());
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > drainBytes) end();
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
