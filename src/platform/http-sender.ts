import { lookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, HttpCall, OpenHttp, SendHttp } from "#kernel/http-sender.ts";
import { wholeContent } from "#kernel/whole-content.ts";

/** Sends requests to wherever users say, except to the addresses that hand out credentials. */
export const sendHttp: SendHttp = createHttpSender(lookup);

/** `resolve` is asked once for each request: the address that was looked at is the one that is connected to. */
export function createHttpSender(resolve: LookupFunction): SendHttp {
  return async (call, { timeoutMs, mostBodyBytes }) => {
    const { host } = new URL(call.url);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await answerTo(call, { signal, resolve, refused: metadataAddresses });
      const text = await readBody(response, mostBodyBytes, host);
      return { ...headOf(response), ...(text !== undefined && { body: text }) };
    } catch (cause) {
      if (cause instanceof DriverError) throw cause;
      const what = signal.aborted ? `did not answer within ${timeoutMs / 1000} seconds` : "could not be reached";
      throw new DriverError("Unavailable", `${host} ${what}.`, { retryable: true, cause });
    }
  };
}

/** Opens connections to wherever users say, with the same exceptions, and those that the caller asks for. */
export const openHttp: OpenHttp = createHttpOpener(lookup);

export function createHttpOpener(resolve: LookupFunction): OpenHttp {
  return async (call, { signal, onlyOutside }) => {
    const refused = onlyOutside ? insideAddresses : metadataAddresses;
    const response = await answerTo(call, { signal, resolve, refused });
    return {
      status: response.statusCode!,
      headers: response.headers,
      content: response,
      isInside: isAmong(insideAddresses, response.socket.remoteAddress ?? ""),
      close: () => void response.destroy(),
    };
  };
}

interface Connecting {
  readonly signal: AbortSignal;
  readonly resolve: LookupFunction;
  /** Nothing is sent to these. */
  readonly refused: BlockList;
}

async function answerTo(call: HttpCall, connecting: Connecting): Promise<http.IncomingMessage> {
  const { protocol, hostname, host } = new URL(call.url);
  if (isAmong(connecting.refused, hostname.replace(/^\[(.*)\]$/, "$1"))) throw notTo(host, connecting.refused);
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
  const { signal, resolve, refused } = connecting;
  const unsent = Object.keys(headers).find((name) => framing.test(name));
  if (unsent !== undefined) throw new DriverError("InvalidSpec", `The header ${unsent} cannot be sent.`);
  try {
    const lookup = except(refused, resolve, new URL(url).host);
    return request(url, { method, headers, agent: false, signal, lookup });
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
  const tooMuch = () => new DriverError("InvalidSpec", `${host} answered with more than ${mostBytes} bytes.`);
  return (await wholeContent(response, mostBytes, tooMuch)).toString("utf8");
}

function headOf({ statusCode, headers }: http.IncomingMessage): HttpAnswer {
  const retryAfter = headers["retry-after"] ?? "";
  return { status: statusCode!, ...(/^\d{1,6}$/.test(retryAfter) && { retryAfterSeconds: Number(retryAfter) }) };
}

const metadataRanges: readonly AddressRange[] = [
  ["169.254.0.0", 16, "ipv4"],
  ["fd00:ec2::254", 128, "ipv6"],
];
const metadataAddresses = blockList(metadataRanges);

/** This machine and what lies in private networks (RFC 1918, 6598, 4193, 4291), metadata services among it. */
const insideAddresses = blockList([
  ...metadataRanges,
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["::", 127, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
]);

type AddressRange = readonly [base: string, prefixLength: number, family: "ipv4" | "ipv6"];

function blockList(ranges: readonly AddressRange[]): BlockList {
  const list = new BlockList();
  for (const [base, prefixLength, family] of ranges) list.addSubnet(base, prefixLength, family);
  return list;
}

/** Whether this is an address among those of the list, in whatever form; a name is not. */
function isAmong(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function notTo(host: string, refused: BlockList): DriverError {
  const what =
    refused === metadataAddresses ? "it is an address of the metadata service" : "it is in a private network";
  return new DriverError("InvalidSpec", `Nothing is sent to ${host}: ${what}.`);
}

/** Gives no address of a name of which one is refused. */
function except(refused: BlockList, resolve: LookupFunction, host: string): LookupFunction {
  return (name, options, callback) =>
    resolve(name, options, (error, found, family) => {
      const addresses = typeof found === "string" ? [found] : (found ?? []).map(({ address }) => address);
      if (error === null && addresses.some((address) => isAmong(refused, address))) callback(notTo(host, refused), []);
      else callback(error, found, family);
    });
}
