/**
 * Runs inside a sandbox's network namespace and does what it is told on standard input, one JSON command a line: opens
 * ports, and connects to others. Servers answer with the address that they see the client at.
 */
import { createSocket } from "node:dgram";
import { createConnection, createServer } from "node:net";
import { createInterface } from "node:readline";

export type ProbeCommand =
  | { readonly op: "listen"; readonly address?: string; readonly port: number }
  | { readonly op: "tcp" | "udp"; readonly address: string; readonly port: number; readonly timeoutMs: number }
  /** A connection that stays open; `say` then sends over it. */
  | { readonly op: "open"; readonly address: string; readonly port: number; readonly timeoutMs: number }
  | { readonly op: "say"; readonly timeoutMs: number }
  /** Sends a datagram every `everyMs` until `stop`, which tells how many were sent, and how many were not answered. */
  | { readonly op: "stream"; readonly address: string; readonly port: number; readonly everyMs: number }
  | { readonly op: "stop" };

let kept: ReturnType<typeof createConnection> | undefined;
let stop: (() => Promise<string>) | undefined;

function listen(port: number, address: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(socket.remoteAddress ?? "?");
    socket.on("data", (data) => socket.write(data));
  });
  const datagrams = createSocket("udp4");
  datagrams.on("message", (_, from) => datagrams.send(from.address, from.port, from.address));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => datagrams.bind(port, address, () => resolve("listening")));
  });
}

function tcp(address: string, port: number, timeoutMs: number, keep: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port });
    const end = (result: string, close = true) => {
      clearTimeout(timer);
      if (close) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    socket.once("data", (data) => {
      if (keep) kept = socket;
      end(`from ${data}`, !keep);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

function say(timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("timeout"), timeoutMs);
    kept?.once("data", (data) => {
      clearTimeout(timer);
      resolve(String(data));
    });
    kept?.write("still here");
  });
}

/** As those who ask over UDP do: once more when no answer has come. */
const againMs = 5000;

function udp(address: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const ask = () => socket.send("?");
    const asking = setInterval(ask, againMs);
    const end = (result: string) => {
      clearInterval(asking);
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    socket.on("message", (data) => end(`from ${data}`));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.connect(port, address, ask);
  });
}

async function stream(address: string, port: number, everyMs: number): Promise<string> {
  const socket = createSocket("udp4");
  let sent = 0;
  let answered = 0;
  socket.on("message", () => answered++);
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.connect(port, address, resolve));
  const timer = setInterval(() => {
    sent++;
    socket.send("?");
  }, everyMs);
  stop = async () => {
    clearInterval(timer);
    for (let i = 0; i < 3000 && answered < sent; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.close();
    return `${sent} ${sent - answered}`;
  };
  return "streaming";
}

function run(command: ProbeCommand): Promise<string> {
  switch (command.op) {
    case "listen":
      return listen(command.port, command.address ?? "0.0.0.0");
    case "tcp":
    case "open":
      return tcp(command.address, command.port, command.timeoutMs, command.op === "open");
    case "udp":
      return udp(command.address, command.port, command.timeoutMs);
    case "say":
      return say(command.timeoutMs);
    case "stream":
      return stream(command.address, command.port, command.everyMs);
    case "stop":
      return stop?.() ?? Promise.resolve("0 0");
  }
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, ...command } = JSON.parse(line);
  const result = await run(command).catch((error: Error) => error.message);
  process.stdout.write(`${JSON.stringify({ id, result })}\n`);
});
process.stdin.on("end", () => process.exit(0));
