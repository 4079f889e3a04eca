import { cborProtocol } from "#wire/cbor/protocol.ts";
import type { FaultStyle } from "#wire/faults.ts";
import { jsonProtocol } from "#wire/json/protocol.ts";
import type { HttpRequest } from "#wire/message.ts";
import type { Protocol } from "#wire/protocol.ts";
import { formValue } from "#wire/query/form.ts";
import { ec2Protocol, queryProtocol } from "#wire/query/protocol.ts";
import { restJsonProtocol } from "#wire/rest/protocol.ts";
import { type FaultWriter, restXmlFaultOf } from "#wire/rest/xml-faults.ts";
import type { Catalog, ServiceEntry } from "./catalog.ts";

/** Which service a request is for, in which protocol, as far as its head and its form say. */
export interface Target {
  /** Undefined when no service here answers to the request. */
  readonly service: ServiceEntry | undefined;
  readonly protocol: Protocol;
  readonly style: FaultStyle;
  /** How to find the operation; REST protocols look at method and path instead. */
  readonly operationName: string | undefined;
  /** What the request calls the service that it is for. */
  readonly asked: string | undefined;
  /** The version of the service's API that a form is for, when it says so. */
  readonly version?: string | undefined;
  /** As the service would say it, also one that is not here. */
  readonly writeFault: FaultWriter;
}

/** So much of a target as signatures are checked against, and faults are worded for. */
export type ServiceTarget = Pick<Target, "service" | "style">;

const cborPath = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

/**
 * SDKs choose the protocol: a CBOR path, an `X-Amz-Target`, or a form's `Action` name service and operation themselves;
 * else the scope of the credential names the service. Nothing here costs more than a look at the head, and for forms a
 * search of the body, because it runs before the caller is known.
 */
export function findTarget(request: HttpRequest, scopeService: string | undefined, catalog: Catalog): Target {
  const cbor = cborPath.exec(request.path);
  if (cbor !== null && request.headers["smithy-protocol"] === "rpc-v2-cbor") {
    const service = catalog.byTargetPrefix(cbor[1]!);
    return targetOf(service, cborProtocol, { operationName: cbor[2], asked: cbor[1] });
  }
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const dot = target.lastIndexOf(".");
    const prefix = target.slice(0, Math.max(dot, 0));
    const named = { operationName: target.slice(dot + 1), asked: prefix };
    return targetOf(catalog.byTargetPrefix(prefix), jsonProtocol, named);
  }
  return findByScope(request, scopeService, catalog);
}

function findByScope(request: HttpRequest, asked: string | undefined, catalog: Catalog): Target {
  const { version, action: operationName } = formParameters(request);
  const candidates = asked === undefined ? catalog.byVersion(version ?? "") : catalog.bySigningName(asked);
  const service = candidates.find(({ metadata }) => metadata.apiVersion === version) ?? candidates[0];
  const protocols = service?.metadata.protocols ?? (operationName === undefined ? [] : ["query"]);
  if (protocols.includes("ec2")) return targetOf(service, ec2Protocol, { operationName, asked });
  if (protocols.includes("query")) return targetOf(service, queryProtocol, { operationName, asked, version });
  if (protocols.includes("rest-json")) return targetOf(service, restJsonProtocol, { operationName: undefined, asked });
  const unnamed = targetOf(service, jsonProtocol, { operationName: undefined, asked });
  return service === undefined ? { ...unnamed, writeFault: restXmlFaultOf(asked) ?? unnamed.writeFault } : unnamed;
}

function targetOf(
  service: ServiceEntry | undefined,
  protocol: Protocol,
  named: Pick<Target, "operationName" | "asked" | "version">,
): Target {
  const style = protocol.name === "query" || protocol.name === "ec2" ? protocol.name : "json";
  return { service, protocol, style, ...named, writeFault: protocol.serializeFault };
}

interface FormParameters {
  readonly version: string | undefined;
  readonly action: string | undefined;
}

/** What the query string, or a form in the body, says of version and operation. */
function formParameters(request: HttpRequest): FormParameters {
  const { body, query, headers } = request;
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const form = isForm ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1") : "";
  const find = (name: string) => formValue(query, name) ?? formValue(form, name);
  return { version: find("Version"), action: find("Action") };
}
