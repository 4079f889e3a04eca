import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a lifecycle hook's endpoint answers: a status and a body, or the body alone, with 200. */
export type HookReply = object | { readonly status: number; readonly body?: string };

export interface HookServer {
  readonly url: string;
  /** The payloads that it was sent, in order. */
  readonly calls: HookPayload[];
  close(): Promise<void>;
}

export interface HookPayload {
  readonly executionId: string;
  readonly lifecycleStage: string;
  readonly resourceArn: string;
  readonly executionDetails: {
    readonly serviceArn: string;
    readonly targetServiceRevisionArn: string;
    readonly testTrafficWeights: Readonly<Record<string, number>>;
    readonly productionTrafficWeights: Readonly<Record<string, number>>;
  };
  readonly hookDetails?: unknown;
}

/** An endpoint of lifecycle hooks on this machine: a real HTTP server that answers each payload as it is told. */
export async function hookServer(reply: (payload: HookPayload, count: number) => HookReply): Promise<HookServer> {
  const calls: HookPayload[] = [];
  const server = createServer((request, response) => {
    void readJson(request).then((payload) => {
      calls.push(payload);
      answer(response, reply(payload, calls.length));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret-of-the-hook`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readJson(request: IncomingMessage): Promise<HookPayload> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text) as HookPayload;
}

function answer(response: ServerResponse, reply: HookReply): void {
  if (!("status" in reply)) {
    response.end(JSON.stringify(reply));
    return;
  }
  response.statusCode = reply.status;
  response.end(reply.body ?? "");
}
