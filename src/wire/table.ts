/** What `codegen/emit-table.ts` writes to `src/generated/<service>/table.json`, one operation or shape a line. */
export interface Table {
  readonly operations: Readonly<Record<string, TableOperation>>;
  readonly shapes: Readonly<Record<string, TableShape>>;
}

export interface TableOperation {
  /** `GET /clusters/{name}`; absent stands for `POST /`. */
  readonly http?: string;
  /** The HTTP status of success when it is not 200. */
  readonly status?: number;
  readonly input?: string;
  readonly output?: string;
  readonly resultWrapper?: string;
  readonly errors?: readonly string[];
  /** Anyone may call it: AssumeRoleWithWebIdentity. */
  readonly unsigned?: boolean;
}

/** A shape's name, `name locationName`, or an object when there are further traits. */
export type TableReference = string | ({ readonly shape: string } & ReferenceTraits);

export interface ReferenceTraits {
  readonly location?: "header" | "headers" | "uri" | "querystring" | "statusCode";
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  readonly timestampFormat?: TimestampFormat;
  readonly jsonvalue?: boolean;
  readonly idempotencyToken?: boolean;
  readonly streaming?: boolean;
  readonly event?: boolean;
  readonly eventheader?: boolean;
  readonly eventpayload?: boolean;
}

export type TimestampFormat = "iso8601" | "rfc822" | "unixTimestamp";

export interface TableShape extends ReferenceTraits {
  readonly type: ShapeType;
  readonly members?: Readonly<Record<string, TableReference>>;
  readonly required?: readonly string[];
  readonly member?: TableReference;
  readonly key?: TableReference;
  readonly value?: TableReference;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly sensitive?: boolean;
  readonly payload?: string;
  readonly document?: boolean;
  readonly union?: boolean;
  readonly eventstream?: boolean;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
}

export type ShapeType =
  | "structure"
  | "list"
  | "map"
  | "string"
  | "boolean"
  | "integer"
  | "long"
  | "float"
  | "double"
  | "timestamp"
  | "blob";

/** One service's line of `src/generated/index.json`. */
export interface ServiceMetadata {
  readonly serviceId: string;
  readonly apiVersion: string;
  readonly signingName: string;
  /** The preferred one first. */
  readonly protocols: readonly ProtocolName[];
  readonly jsonVersion?: string;
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string | { readonly uri: string };
  readonly queryCompatible?: boolean;
}

export type ProtocolName = "json" | "query" | "ec2" | "rest-json" | "smithy-rpc-v2-cbor";
