import type { HttpRequest } from "./message.ts";
import { linkModel, type Model, type Operation } from "./model.ts";
import type { ServiceMetadata, TableReference, TableShape } from "./table.ts";

/** For tests: a small service whose one operation, `Do`, has these shapes; `Input` and `Output` are its own. */
export function smallService(
  shapes: Readonly<Record<string, TableShape>>,
  metadata: Partial<ServiceMetadata> = {},
  operation: { http?: string; errors?: readonly string[]; status?: number } = {},
): Model {
  const scalars = { String: { type: "string" }, Integer: { type: "integer" }, Time: { type: "timestamp" } } as const;
  const table = {
    operations: { Do: { input: "Input", output: "Output", resultWrapper: "DoResult", ...operation } },
    shapes: { Input: structure({}), Output: structure({}), ...scalars, ...shapes },
  };
  const base: ServiceMetadata = {
    serviceId: "Small",
    apiVersion: "2026-01-01",
    signingName: "small",
    protocols: ["json"],
    xmlNamespace: "urn:small",
  };
  return linkModel("small", { ...base, ...metadata }, table);
}

export function smallOperation(...parts: Parameters<typeof smallService>): Operation {
  return smallService(...parts).operation("Do")!;
}

export function structure(
  members: Readonly<Record<string, TableReference>>,
  more: Partial<TableShape> = {},
): TableShape {
  return { type: "structure", members, ...more };
}

export function postOf(body: string | Uint8Array, more: Partial<HttpRequest> = {}): HttpRequest {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return { method: "POST", path: "/", query: "", headers: {}, body: bytes, ...more };
}
