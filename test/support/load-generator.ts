/**
 * A load generator, a process of its own that knows nothing but addresses: `node load-generator.ts JSON`, with a
 * `LoadOptions`. It writes a line to its output once every worker has its first answer, goes on until its input ends,
 * and then writes a `LoadReport` as JSON.
 */
import { Agent, type ClientRequest, get } from "node:http";
import type { FailedRequest, LoadOptions, LoadReport } from "./load.ts";

/** Closed at the other end just as it was used once more: a client repeats such a request (RFC 9112, section 9.3.1). */
class IdleConnectionClosed extends Error {}

const { hosts, workers, pauseMs, timeoutMs } = JSON.parse(process.argv[2]!) as LoadOptions;
const failures: FailedRequest[] = [];
const bodies: Record<string, number> = {};
let [asking, count, slowestMs] = [true, 0, 0];

process.stdin.resume().on("end", () => {
  asking = false;
});
const all = Array.from({ length: workers }, (_, i) => startWorker(hosts[i % hosts.length]!, i % 4 < 2));
await Promise.all(all.map(({ first }) => first));
console.log("under load");
await Promise.all(all.map(({ done }) => done));
console.log(JSON.stringify({ count, slowestMs, failures, bodies } satisfies LoadReport));

/** Asks one after the other, in one connection or each time in a new one. */
function startWorker(host: string, keepAlive: boolean) {
  const agent = keepAlive ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  const first = askOnce(host, agent);
  const done = first.then(async () => {
    while (asking) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await askOnce(host, agent);
    }
    if (agent) agent.destroy();
  });
  return { first, done };
}

async function askOnce(host: string, agent: Agent | false): Promise<void> {
  const startedAt = Date.now();
  const { status, body } = await ask(host, agent)
    .catch((error: Error) => {
      if (error instanceof IdleConnectionClosed) return ask(host, agent);
      throw error;
    })
    .catch((error: Error) => ({ status: 0, body: error.message }));
  const endedAt = Date.now();
  count++;
  slowestMs = Math.max(slowestMs, endedAt - startedAt);
  if (status === 200) bodies[body] = (bodies[body] ?? 0) + 1;
  else failures.push({ host, keepAlive: agent !== false, status, body, startedAt, endedAt });
}

function ask(host: string, agent: Agent | false): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get({ host, port: 80, path: "/", agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString().trim() });
      });
      response.on("error", reject);
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    request.on("error", (error) => {
      clearTimeout(timer);
      const wasIdle = request.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
      reject(wasIdle ? new IdleConnectionClosed(error.message, { cause: error }) : error);
    });
  });
}
