import type { HttpRequest, HttpResponse } from "./message.ts";
import type { Model, Operation, Shape } from "./model.ts";
import type { ProtocolName } from "./table.ts";
import { type LeafWriter, writeTree } from "./tree/write.ts";

/** One of AWS's protocols as a server speaks it. All functions are pure. */
export interface Protocol {
  readonly name: ProtocolName;
  /** The operation's input. `labels` are the values of a REST path. Throws a `Fault` for what is malformed. */
  parse(request: HttpRequest, operation: Operation, labels: PathLabels): Record<string, unknown>;
  /** Throws a `TypeError` when the output does not have the form of the model. */
  serialize(operation: Operation, output: unknown, requestId: string): HttpResponse;
  serializeFault(fault: WireFault, service: Model | undefined, requestId: string): HttpResponse;
}

export type PathLabels = Readonly<Record<string, string>>;

/** A fault with everything settled that the wire needs. */
export interface WireFault {
  /** The name of the error's shape: `MalformedPolicyDocumentException`. */
  readonly shapeName: string;
  /** The code of the Query protocol, which may differ: `MalformedPolicyDocument`. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** The error's shape, when the operation's model has it. */
  readonly shape: Shape | undefined;
  /** Further members of the error's shape, by their names in the model. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** The members of an error as a tree, with its message under the name that its model has for it. */
export function faultMembers(fault: WireFault, leaves: LeafWriter): Record<string, unknown> {
  const name = fault.shape?.members.find((member) => /^message$/i.test(member.name))?.wireName ?? "message";
  const members =
    fault.shape === undefined ? {} : (writeTree(fault.shape, fault.members, leaves) as Record<string, unknown>);
  // As AWS: a fault about which there is nothing to say has no message.
  return fault.message === "" ? members : { ...members, [name]: fault.message };
}

/** What services that once spoke the Query protocol tell older clients: its code for the error, and whose it is. */
export function queryError(fault: WireFault): string {
  return `${fault.code};${fault.status >= 500 ? "Receiver" : "Sender"}`;
}
