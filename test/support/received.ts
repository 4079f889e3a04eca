import type { Readable } from "node:stream";
import { until } from "./until.ts";

/** What comes over a connection, kept from its first moment and however it is cut into pieces. */
export class Received {
  #text = "";
  #hasEnded = false;

  constructor(stream: Readable) {
    stream.on("data", (data: Buffer | string) => (this.#text += data));
    for (const event of ["end", "close"]) stream.on(event, () => (this.#hasEnded = true));
  }

  /** Resolves with all that has come since the last call, once it matches. Rejects when the connection ends before. */
  async take(pattern: RegExp): Promise<string> {
    const look = () => ({ text: this.#text, hasEnded: this.#hasEnded });
    await until(String(pattern), look, ({ text, hasEnded }) => pattern.test(text) || hasEnded, { everyMs: 1 });
    const text = this.#text;
    if (!pattern.test(text)) throw new Error(`The connection has ended without ${pattern}: ${JSON.stringify(text)}`);
    this.#text = "";
    return text;
  }

  /** Resolves with all that has come since the last call of `take`, once the other side has ended the connection. */
  async rest(): Promise<string> {
    const look = () => ({ text: this.#text, hasEnded: this.#hasEnded });
    return (await until("the end of the connection", look, ({ hasEnded }) => hasEnded, { everyMs: 1 })).text;
  }
}
