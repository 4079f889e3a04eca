import { lookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, HttpCall, SendHttp } from "#kernel/http-sender.ts";

/** Sends requests to wherever users say, except to the addresses that hand out credentials. */
export const sendHttp: SendHttp = createHttpSender(lookup);

/** `resolve` is asked once for each request: the address that was looked at is the one that is connected to. */
export function createHttpSender(resolve: LookupFunction): SendHttp {
  return async (call, { timeoutMs, mostBodyBytes }) => {
    const { host } = new URL(call.url);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await answerTo(call, { signal, lookup: exceptMetadata(resolve, host) });
      const text = await readBody(response, mostBodyBytes, host);
      return { ...headOf(response), ...(text !== undefined && { body: text }) };
    } catch (cause) {
      if (cause instanceof DriverError) throw cause;
      const what = signal.aborted ? `did not answer within ${timeoutMs / 1000} seconds` : "could not be reached";
      throw new DriverError("Unavailable", `${host} ${what}.`, { retryable: true, cause });
    }
  };
}

interface Connecting {
  readonly signal: AbortSignal;
  readonly lookup: LookupFunction;
}

async function answerTo(call: HttpCall, connecting: Connecting): Promise<http.IncomingMessage> {
  const { protocol, hostname, host } = new URL(call.url);
  if (isMetadata(hostname.replace(/^\[(.*)\]$/, "$1"))) throw notToMetadata(host);
  const request = begin(protocol === "https:" ? https.request : http.request, call, connecting);
  return await new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", resolve);
    // One that switches protocols gives no answer, and no error either.
    request.on("close", () => reject(new Error("The connection was closed without an answer.")));
    request.end(call.body);
  });
}

/** These say where a message ends and what the connection is for: who sends decides that. */
const framing = /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** A connection of its own for each request, as Amazon EventBridge has it: none that has gone stale meanwhile. */
function begin(request: typeof http.request, { method, url, headers }: HttpCall, connecting: Connecting) {
  const refused = Object.keys(headers).find((name) => framing.test(name));
  if (refused !== undefined) throw new DriverError("InvalidSpec", `The header ${refused} cannot be sent.`);
  try {
    return request(url, { method, headers, agent: false, ...connecting });
  } catch (cause) {
    // Its message names the header, not its value.
    throw new DriverError("InvalidSpec", `The request cannot be sent: ${(cause as Error).message}.`, { cause });
  }
}

async function readBody(response: http.IncomingMessage, mostBytes: number | undefined, host: string) {
  if (mostBytes === undefined) {
    response.resume(); // nobody reads it
    return undefined;
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response) {
    length += piece.length;
    if (length > mostBytes) throw new DriverError("InvalidSpec", `${host} answered with more than ${mostBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function headOf({ statusCode, headers }: http.IncomingMessage): HttpAnswer {
  const retryAfter = headers["retry-after"] ?? "";
  return { status: statusCode!, ...(/^\d{1,6}$/.test(retryAfter) && { retryAfterSeconds: Number(retryAfter) }) };
}

const metadataAddresses = new BlockList();
metadataAddresses.addSubnet("169.254.0.0", 16, "ipv4");
metadataAddresses.addAddress("fd00:ec2::254", "ipv6");

/** Whether this is an address of a metadata service, in whatever form; a name is not. */
function isMetadata(address: string): boolean {
  return isIP(address) !== 0 && metadataAddresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function notToMetadata(host: string): DriverError {
  return new DriverError("InvalidSpec", `Nothing is sent to ${host}: it is an address of the metadata service.`);
}

/** Gives no address of a name of which one is the metadata service's. */
function exceptMetadata(resolve: LookupFunction, host: string): LookupFunction {
  return (name, options, callback) =>
    resolve(name, options, (error, found, family) => {
      const addresses = typeof found === "string" ? [found] : (found ?? []).map(({ address }) => address);
      if (error === null && addresses.some(isMetadata)) callback(notToMetadata(host), []);
      else callback(error, found, family);
    });
}
