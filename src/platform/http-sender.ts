import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, SendHttp } from "#kernel/http-sender.ts";

/** Sends requests to wherever users say, except to the addresses that hand out credentials. */
export const sendHttp: SendHttp = async ({ method, url, headers, body }, { timeoutMs, mostBodyBytes }) => {
  const { host, hostname } = new URL(url);
  if (isMetadataAddress(hostname)) {
    throw new DriverError("InvalidSpec", `Nothing is sent to ${host}: it is an address of the metadata service.`);
  }
  try {
    const signal = AbortSignal.timeout(timeoutMs);
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

function isMetadataAddress(hostname: string): boolean {
  return hostname.startsWith("169.254.") || hostname === "[fd00:ec2::254]";
}
