import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, SendHttp } from "#kernel/http-sender.ts";

/** Sends requests to wherever users say, except to the addresses that hand out credentials. */
export const sendHttp: SendHttp = async ({ method, url, headers, body }, { timeoutMs, mostBodyBytes }) => {
  const { host, hostname } = new URL(url);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    if (await Promise.race([leadsToMetadata(hostname), timeout(signal)])) {
      throw new DriverError("InvalidSpec", `Nothing is sent to ${host}: it is an address of the metadata service.`);
    }
    const response = await fetch(url, {
      ...{ method, headers, signal, redirect: "manual" },
      ...(body !== undefined && { body }),
    });
    const text = await readBody(response, mostBodyBytes, host);
    return { ...answerOf(response), ...(text !== undefined && { body: text }) };
  } catch (cause) {
    if (cause instanceof DriverError) throw cause;
    const { name } = cause as Error;
    const what = name === "TimeoutError" ? `did not answer within ${timeoutMs / 1000} seconds` : "could not be reached";
    throw new DriverError("Unavailable", `${host} ${what}.`, { retryable: true, cause });
  }
};

function timeout(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function readBody({ body }: Response, mostBytes: number | undefined, host: string): Promise<string | undefined> {
  if (mostBytes === undefined) {
    // Nobody reads it: the connection is free again.
    await body?.cancel();
    return undefined;
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > mostBytes) throw new DriverError("InvalidSpec", `${host} answered with more than ${mostBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function answerOf({ status, headers }: Response): HttpAnswer {
  const retryAfter = headers.get("retry-after") ?? "";
  return { status, ...(/^\d{1,6}$/.test(retryAfter) && { retryAfterSeconds: Number(retryAfter) }) };
}

const metadataAddresses = new BlockList();
metadataAddresses.addSubnet("169.254.0.0", 16, "ipv4");
metadataAddresses.addAddress("fd00:ec2::254", "ipv6");

type Resolve = (name: string) => Promise<readonly { readonly address: string }[]>;

/** Whether the host of a URL is an address of a metadata service, in whatever form, or a name of one. */
export async function leadsToMetadata(hostname: string, resolve: Resolve = resolveAll): Promise<boolean> {
  const own = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isIP(own) ? [own] : (await resolve(own)).map(({ address }) => address);
  return addresses.some((address) => metadataAddresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"));
}

/** A name that has no address leads nowhere: that it cannot be reached is told by who sends. */
const resolveAll: Resolve = (name) => lookup(name, { all: true }).catch(() => []);
