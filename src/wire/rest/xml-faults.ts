import type { Protocol } from "../protocol.ts";
import { codeAndMessage, queryProtocol, xmlResponse } from "../query/protocol.ts";
import { element } from "../xml/writer.ts";

export type FaultWriter = Protocol["serializeFault"];

/**
 * How services that speak XML over REST say a fault, by their signing names. None of them is here: their clients are
 * told so in a way that they understand.
 */
export function restXmlFaultOf(signingName: string | undefined): FaultWriter | undefined {
  return signingName === undefined ? undefined : writers.get(signingName);
}

/** Amazon S3 alone has no element around its error ("REST error responses"). */
const bareFault: FaultWriter = (fault, _service, requestId) => {
  const { headers, ...answer } = xmlResponse(
    fault.status,
    element("Error", codeAndMessage(fault) + element("RequestId", requestId)),
    requestId,
  );
  return { ...answer, headers: { ...headers, "x-amz-request-id": requestId } };
};

const writers: ReadonlyMap<string, FaultWriter> = new Map([
  ...["s3", "s3express", "s3-object-lambda", "s3-outposts"].map((name) => [name, bareFault] as const),
  ...["route53", "cloudfront"].map((name) => [name, queryProtocol.serializeFault] as const),
]);
