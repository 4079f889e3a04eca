import { hash } from "node:crypto";
import { uriEncode } from "#kernel/uri-encode.ts";
import type { HttpRequest } from "../message.ts";
import { algorithm, type CredentialScope } from "./authorization.ts";

/** Parameters of a presigned request that its signature does not cover. */
const unsignedParameter = "X-Amz-Signature";

/**
 * The canonical request of Signature Version 4 (AWS: "Create a signed AWS API request"): method, path, query, signed
 * headers and the hash of the body, each in its one normal form.
 */
export function canonicalRequest(
  request: HttpRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  pathStyle: "as sent" | "encoded once more" = "encoded once more",
): string {
  let headers = "";
  for (const name of signedHeaders) headers += `${name}:${canonicalValue(request.headers[name])}\n`;
  const path = pathStyle === "as sent" ? request.path : canonicalPath(request.path);
  const query = canonicalQuery(request.query);
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payloadHash}`;
}

export function stringToSign(date: string, scope: CredentialScope, canonical: string): string {
  const { day, region, service, terminator } = scope;
  const digest = hash("sha256", canonical, "hex");
  return `${algorithm}\n${date}\n${day}/${region}/${service}/${terminator}\n${digest}`;
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return hash("sha256", bytes, "hex");
}

/** The names come from the client: one that is no header, even if it is a property of every object, has no value. */
function canonicalValue(value: unknown): string {
  if (typeof value !== "string") return "";
  const trimmed = value.trim();
  return trimmed.includes("  ") ? trimmed.replaceAll(/ {2,}/g, " ") : trimmed;
}

/** Every service but S3, which signs it as it is sent, signs the path normalized and encoded once more. */
function canonicalPath(path: string): string {
  if (path === "/" || path === "") return "/";
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(uriEncode(segment));
  }
  const trailing = path.endsWith("/") && kept.length > 0 ? "/" : "";
  return `/${kept.join("/")}${trailing}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs: (readonly [string, string])[] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = normalized(equals === -1 ? part : part.slice(0, equals));
    if (name !== unsignedParameter) pairs.push([name, equals === -1 ? "" : normalized(part.slice(equals + 1))]);
  }
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function normalized(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  try {
    return uriEncode(decodeURIComponent(text.replaceAll("+", " ")));
  } catch {
    return uriEncode(text); // wrongly encoded: no signature will match
  }
}
