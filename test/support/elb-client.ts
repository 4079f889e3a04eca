import { ServiceError } from "#cli/client.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import type { TestPlatform } from "./platform.ts";

type Value = string | number | readonly string[] | readonly Readonly<Record<string, string | number>>[];

/** Operations of ELBv2 for tests with a platform of their own: parameters as in the API, the answer is its XML. */
export function elbClient(platform: TestPlatform) {
  return async (Action: string, parameters: Readonly<Record<string, Value>> = {}): Promise<string> => {
    const url = new URL(platform.endpoint);
    const form = { Action, Version: "2015-12-01", ...flat(parameters) };
    const body = new URLSearchParams(form).toString();
    const headers = { host: url.host, "content-type": "application/x-www-form-urlencoded" };
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = platform.env;
    const request = { method: "POST", path: "/", query: "", headers, body: Buffer.from(body) };
    const signed = signRequest(request, {
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
      ...{ region: "us-east-1", service: "elasticloadbalancing", now: Date.now() },
    });
    const answer = await fetch(url, { method: "POST", headers: signed.headers as Record<string, string>, body });
    const text = await answer.text();
    if (answer.ok) return text;
    const part = (name: string) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? "";
    throw new ServiceError(part("Code"), part("Message"));
  };
}

function flat(parameters: Readonly<Record<string, Value>>): Record<string, string> {
  const entries = Object.entries(parameters).flatMap(([name, value]): [string, string][] => {
    if (typeof value === "string" || typeof value === "number") return [[name, String(value)]];
    return value.flatMap((item, i): [string, string][] => {
      const member = `${name}.member.${i + 1}`;
      if (typeof item === "string") return [[member, item]];
      return Object.entries(item).map(([key, inner]) => [`${member}.${key}`, String(inner)]);
    });
  });
  return Object.fromEntries(entries);
}
