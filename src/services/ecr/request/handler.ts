import type { Operations } from "#generated/ecr/types.ts";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { EcrPorts } from "../catalog/parts.ts";

/** A handler of one of the service's operations, typed by its model. */
export type EcrHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface EcrParts extends EcrPorts {
  /** Seals authorization tokens. */
  readonly box: SecretBox;
  /** What is wrong with a resource-based policy, in IAM's words; undefined: nothing. */
  readonly policyFault: (document: string) => string | undefined;
  readonly blobs: BlobStore;
}
