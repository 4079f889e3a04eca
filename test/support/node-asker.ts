/**
 * Asks load balancers' nodes, a process of its own in the network of a client: reads lines of JSON `{ id, host, path }`
 * until its input ends, and writes for each `{ id, status, body }` or `{ id, error }`. Each request has a connection of
 * its own.
 */
import { get } from "node:http";
import { createInterface } from "node:readline";

interface Question {
  readonly id: number;
  readonly host: string;
  readonly path: string;
}

createInterface({ input: process.stdin }).on("line", (line) => ask(JSON.parse(line) as Question));

function ask({ id, host, path }: Question): void {
  const answer = (given: object) => console.log(JSON.stringify({ id, ...given }));
  const failed = (error: Error) => answer({ error: error.message });
  const request = get({ host, port: 80, path, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => answer({ status: response.statusCode, body: Buffer.concat(chunks).toString().trim() }));
    response.on("error", failed);
  });
  request.on("error", failed);
}
