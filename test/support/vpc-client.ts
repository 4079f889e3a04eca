import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestProcess } from "./test-process.ts";

export interface WebAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request, in a connection of its own, which waits for its answer as long as it takes. */
export type Ask = (host: string, path?: string) => Promise<WebAnswer>;

/** Who has connections in the network of another process. */
export interface VpcClient {
  connect(host: string, port: number): Socket;
  readonly ask: Ask;
  end(): Promise<void>;
}

/** Resolves when connections can be had from the network of the process `neighbour`. */
export async function startVpcClient(neighbour: number): Promise<VpcClient> {
  const folder = mkdtempSync(join(tmpdir(), "estiva-tunnel-"));
  const path = join(folder, "socket");
  const program = [process.execPath, join(import.meta.dirname, "tunnel.ts"), path];
  const tunnel = new TestProcess("nsenter", [`--target=${neighbour}`, "--net", ...program]);
  await tunnel.shows("listening");
  const connectTo = (host: string, port: number) => {
    const socket = connect(path);
    socket.write(`${JSON.stringify({ host, port })}\n`);
    return socket;
  };
  return {
    connect: connectTo,
    ask: (host, page = "/") => ask(connectTo(host, 80), host, page),
    async end() {
      tunnel.child.stdin!.end();
      await tunnel.ended();
      rmSync(folder, { recursive: true });
    },
  };
}

function ask(socket: Socket, host: string, path: string): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const request = get({ host, path, createConnection: () => socket }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString().trim() }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
