import { type HttpRequest, type HttpResponse, textOf } from "../message.ts";
import type { Model, Operation } from "../model.ts";
import type { Protocol, WireFault } from "../protocol.ts";
import { ec2Xml, element, escapeXml, queryXml, writeMembers } from "../xml/writer.ts";
import { parseForm } from "./form.ts";
import { ec2Form, type FormStyle, queryForm, readForm } from "./read.ts";

/** AWS Query: a form in, XML out. */
export const queryProtocol: Protocol = {
  name: "query",

  parse: (request, operation) => parseFormInput(request, operation, queryForm),

  serialize(operation, output, requestId) {
    const { name, output: shape, resultWrapper, service } = operation;
    const result = shape === undefined ? "" : element(resultWrapper, writeMembers(shape, output ?? {}, queryXml));
    const metadata = element("ResponseMetadata", element("RequestId", requestId));
    const namespace = escapeXml(namespaceOf(service));
    const body = `<${name}Response xmlns="${namespace}">${result}${metadata}</${name}Response>`;
    return xmlResponse(200, body, requestId);
  },

  serializeFault(fault, service, requestId) {
    const type = element("Type", fault.status >= 500 ? "Receiver" : "Sender");
    const error = element("Error", type + codeAndMessage(fault) + furtherMembers(fault));
    const namespace = service === undefined ? "" : ` xmlns="${escapeXml(namespaceOf(service))}"`;
    const body = `<ErrorResponse${namespace}>${error}${element("RequestId", requestId)}</ErrorResponse>`;
    return xmlResponse(fault.status, body, requestId);
  },
};

/** EC2's own variant of the Query protocol. */
export const ec2Protocol: Protocol = {
  name: "ec2",

  parse: (request, operation) => parseFormInput(request, operation, ec2Form),

  serialize(operation, output, requestId) {
    const { name, output: shape, service } = operation;
    // An operation without an output of its own answers `<return>true</return>`.
    const members = shape === undefined ? element("return", "true") : writeMembers(shape, output ?? {}, ec2Xml);
    const content = element("requestId", requestId) + members;
    const body = `<${name}Response xmlns="${escapeXml(namespaceOf(service))}">${content}</${name}Response>`;
    return xmlResponse(200, body, requestId);
  },

  serializeFault(fault, _service, requestId) {
    const errors = element("Errors", element("Error", codeAndMessage(fault)));
    return xmlResponse(fault.status, element("Response", errors + element("RequestID", requestId)), requestId);
  },
};

function parseFormInput(request: HttpRequest, operation: Operation, style: FormStyle): Record<string, unknown> {
  const body = textOf(request.body) ?? "";
  const form = parseForm(body === "" || request.query === "" ? body + request.query : `${request.query}&${body}`);
  return operation.input === undefined ? {} : readForm(operation.input, form, style);
}

export function codeAndMessage(fault: WireFault): string {
  // As AWS: a fault about which there is nothing to say has no message.
  const message = fault.message === "" ? "" : element("Message", escapeXml(fault.message));
  return element("Code", escapeXml(fault.code)) + message;
}

function furtherMembers(fault: WireFault): string {
  return fault.shape === undefined ? "" : writeMembers(fault.shape, fault.members, queryXml);
}

export function xmlResponse(status: number, content: string, requestId: string): HttpResponse {
  const headers = { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId };
  return { status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}` };
}

function namespaceOf({ xmlNamespace }: Model): string {
  return typeof xmlNamespace === "string" ? xmlNamespace : (xmlNamespace?.uri ?? "");
}
