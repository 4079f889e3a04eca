import { faultMembers, type Protocol, queryError } from "../protocol.ts";
import { readTree } from "../tree/read.ts";
import { writeTree } from "../tree/write.ts";
import { cborReader, cborWriter, decodeCbor, encodeCbor } from "./codec.ts";

/** Smithy RPC v2 CBOR: `POST /service/<service>/operation/<operation>`, CBOR in and out. */
export const cborProtocol: Protocol = {
  name: "smithy-rpc-v2-cbor",

  parse(request, operation) {
    if (operation.input === undefined || request.body.byteLength === 0) return {};
    return readTree(operation.input, decodeCbor(request.body), cborReader) as Record<string, unknown>;
  },

  serialize(operation, output, requestId) {
    const headers = { "smithy-protocol": "rpc-v2-cbor", "x-amzn-requestid": requestId };
    if (operation.output === undefined) return { status: 200, headers, body: "" };
    if (operation.eventStream !== undefined) throw new TypeError("No event streams over CBOR yet");
    const body = encodeCbor(writeTree(operation.output, output ?? {}, cborWriter));
    return { status: 200, headers: { ...headers, "content-type": "application/cbor" }, body };
  },

  serializeFault(fault, service, requestId) {
    const headers: Record<string, string> = {
      "smithy-protocol": "rpc-v2-cbor",
      "content-type": "application/cbor",
      "x-amzn-requestid": requestId,
    };
    if (service?.queryCompatible) headers["x-amzn-query-error"] = queryError(fault);
    const body = encodeCbor({ __type: fault.shapeName, ...faultMembers(fault, cborWriter) });
    return { status: fault.status, headers, body };
  },
};
