import type { IncomingMessage } from "node:http";

/** How many bytes of bodies are held at once, over all connections. */
export interface BodyBudget {
  readonly limitBytes: number;
  heldBytes: number;
}

export type ReadBody =
  | { readonly kind: "body"; readonly body: Uint8Array }
  /** Longer than `limitBytes`. */
  | { readonly kind: "tooLarge" }
  /** All bodies together would be more than the budget. */
  | { readonly kind: "busy" }
  /** The client went away. */
  | { readonly kind: "aborted" };

const empty = new Uint8Array();

/**
 * Reads a body up to `limitBytes`. What it holds counts against the budget until the caller gives it back with
 * `releaseBody`, except where the answer has no body.
 */
export function readBody(request: IncomingMessage, limitBytes: number, budget: BodyBudget): Promise<ReadBody> {
  const declared = request.headers["content-length"];
  if (declared === undefined && request.headers["transfer-encoding"] === undefined) {
    return Promise.resolve({ kind: "body", body: empty });
  }
  if (declared !== undefined && Number(declared) > limitBytes) return Promise.resolve({ kind: "tooLarge" });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let held = 0;
    const settle = (result: ReadBody) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (result.kind !== "body") budget.heldBytes -= held;
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      held += chunk.byteLength;
      budget.heldBytes += chunk.byteLength;
      chunks.push(chunk);
      if (held > limitBytes) settle({ kind: "tooLarge" });
      else if (budget.heldBytes > budget.limitBytes) settle({ kind: "busy" });
    };
    const onEnd = () => settle({ kind: "body", body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
    const onClose = () => settle({ kind: "aborted" });
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    request.on("error", ignoreError); // `close` follows and says it all
  });
}

export function releaseBody(body: Uint8Array, budget: BodyBudget): void {
  budget.heldBytes -= body.byteLength;
}

/** Reads on without keeping anything, so that the client can read the answer, but not for ever. */
export function discardRest(request: IncomingMessage, mostBytes: number): void {
  let seen = 0;
  request.on("data", (chunk: Buffer) => {
    seen += chunk.byteLength;
    if (seen > mostBytes) request.destroy();
  });
  request.on("error", ignoreError);
  request.resume();
}

function ignoreError(): void {}
