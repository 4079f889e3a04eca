import { join } from "node:path";
import { createInterface } from "node:readline";
import { TestProcess } from "./test-process.ts";

export interface WebAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request, in a connection of its own, which waits for its answer as long as it takes. */
export type Ask = (host: string, path?: string) => Promise<WebAnswer>;

type Told = { readonly id: number } & (WebAnswer | { readonly error: string });

/** Asks from the network of the process `neighbour`, until `end`. */
export function startAsking(neighbour: number): { readonly ask: Ask; end(): Promise<void> } {
  const program = [process.execPath, join(import.meta.dirname, "node-asker.ts")];
  const asker = new TestProcess("nsenter", [`--target=${neighbour}`, "--net", ...program]);
  const waiting = new Map<number, PromiseWithResolvers<WebAnswer>>();
  let [asked, isOpen] = [0, true];
  createInterface({ input: asker.child.stdout! }).on("line", (line) => {
    const told = JSON.parse(line) as Told;
    const { resolve, reject } = waiting.get(told.id)!;
    waiting.delete(told.id);
    if ("error" in told) reject(new Error(told.error));
    else resolve({ status: told.status, body: told.body });
  });
  asker.child.once("close", () => {
    for (const { reject } of waiting.values()) reject(new Error(`the asker has ended: ${asker.err}`));
  });
  return {
    ask(host, path = "/") {
      if (!isOpen) return Promise.reject(new Error("the asker has been ended"));
      const id = asked++;
      const answer = Promise.withResolvers<WebAnswer>();
      waiting.set(id, answer);
      asker.child.stdin!.write(`${JSON.stringify({ id, host, path })}\n`);
      return answer.promise;
    },
    async end() {
      isOpen = false;
      asker.child.stdin!.end();
      await asker.ended();
    },
  };
}
