import type { Credentials, SignerOptions } from "#kernel/request-signer.ts";
import { uriEncode } from "#kernel/uri-encode.ts";
import type { HttpRequest } from "../message.ts";
import { algorithm, type CredentialScope, formatSigningDate } from "./authorization.ts";
import { canonicalRequest, sha256Hex, stringToSign } from "./canonical.ts";
import { deriveKey } from "./signing-keys.ts";

export type { Credentials };
export type SignOptions = SignerOptions;

/** The request with the headers of a Signature Version 4. It must have a `host` header. */
export function signRequest(request: HttpRequest, options: SignOptions): HttpRequest {
  const { credentials } = options;
  const date = formatSigningDate(options.now);
  const payloadHash = options.payloadHash ?? sha256Hex(request.body);
  const headers: Record<string, string | undefined> = { ...request.headers, "x-amz-date": date };
  // S3 wants to be told what was signed.
  if (options.service === "s3") headers["x-amz-content-sha256"] = payloadHash;
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  const names = Object.keys(headers).filter((name) => headers[name] !== undefined && !unsignable.has(name));
  const signedHeaders = names.sort();
  const scope = scopeOf(options, date);
  const style = options.service === "s3" ? "as sent" : "encoded once more";
  const canonical = canonicalRequest({ ...request, headers }, signedHeaders, payloadHash, style);
  const key = deriveKey(credentials.secretAccessKey, scope);
  const signature = key.sign(stringToSign(date, scope, canonical)).toString("hex");
  const credential = `${credentials.accessKeyId}/${scopeText(scope)}`;
  const parts = `Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization: `${algorithm} ${parts}` } };
}

/** The request with its signature in the query string, good for `expiresSeconds`; only `host` is signed beside it. */
export function presignRequest(request: HttpRequest, options: SignOptions & { expiresSeconds: number }): HttpRequest {
  const { credentials } = options;
  const date = formatSigningDate(options.now);
  const scope = scopeOf(options, date);
  const parameters: Record<string, string> = {
    "X-Amz-Algorithm": algorithm,
    "X-Amz-Credential": `${credentials.accessKeyId}/${scopeText(scope)}`,
    "X-Amz-Date": date,
    "X-Amz-Expires": String(options.expiresSeconds),
    "X-Amz-SignedHeaders": "host",
  };
  if (credentials.sessionToken !== undefined) parameters["X-Amz-Security-Token"] = credentials.sessionToken;
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${uriEncode(value)}`);
  const query = [request.query, ...added].filter((part) => part !== "").join("&");
  const canonical = canonicalRequest({ ...request, query }, ["host"], sha256Hex(request.body));
  const key = deriveKey(credentials.secretAccessKey, scope);
  const signature = key.sign(stringToSign(date, scope, canonical)).toString("hex");
  return { ...request, query: `${query}&X-Amz-Signature=${signature}` };
}

/** Headers that proxies and HTTP clients change on the way. */
const unsignable = new Set(["authorization", "connection", "user-agent", "expect", "x-amzn-trace-id"]);

function scopeOf({ region, service }: SignOptions, date: string): CredentialScope {
  return { day: date.slice(0, 8), region, service, terminator: "aws4_request" };
}

function scopeText({ day, region, service, terminator }: CredentialScope): string {
  return `${day}/${region}/${service}/${terminator}`;
}
