import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Put } from "#kernel/store.ts";
import type { KeyRecord } from "#services/kms/model.ts";
import { type SecretRecord, secretArn, secretValueKey } from "../model.ts";
import { current, outdatedVersions, withVersion } from "../versions.ts";
import { openValue, type PlainValue, sealValue } from "./value.ts";

export interface NewVersion {
  /** The client's token. */
  readonly versionId: string;
  readonly value: PlainValue;
  readonly stages: readonly string[];
}

/** The token of a request that makes a version, which SDKs and the AWS CLI fill in by themselves. */
export function requireToken(token: string | undefined, code = "InvalidRequestException"): string {
  if (token !== undefined) return token;
  throw new Fault(code, "You must provide a ClientRequestToken value. We recommend a UUID-type value.");
}

/**
 * The secret with one more version, and what to put and to remove in the commit that makes it so. The first version of
 * a secret is the current one, whatever labels it is given.
 */
export function addVersion(
  ctx: RequestContext,
  secret: SecretRecord,
  { versionId, value, stages }: NewVersion,
  key: KeyRecord,
  box: SecretBox,
): { readonly secret: SecretRecord; readonly put: Put; readonly remove: readonly string[] } {
  const now = ctx.clock.now();
  const { put, kmsKeyArn } = sealValue(ctx, secret, versionId, value.bytes, key, box);
  const made = { versionId, createdDate: now, stages: [], kind: value.kind, ...(kmsKeyArn && { kmsKeyArn }) };
  const labels = secret.versions.length === 0 ? [...new Set([...stages, current])] : stages;
  const labelled = withVersion(secret.versions, made, labels);
  const outdated = new Set(outdatedVersions(labelled, now));
  const versions = labelled.filter((version) => !outdated.has(version));
  const remove = [...outdated].map((version) => secretValueKey(secret, version.versionId));
  return { secret: { ...secret, versions, lastChangedDate: now }, put, remove };
}

/**
 * Whether a version of this id is there already with this very value, so that the request was sent before. Refuses one
 * with another value.
 */
export async function isRepeated(
  ctx: RequestContext,
  secret: SecretRecord,
  { versionId, value }: Pick<NewVersion, "versionId" | "value">,
  box: SecretBox,
): Promise<boolean> {
  const version = secret.versions.find((other) => other.versionId === versionId);
  if (version === undefined) return false;
  const bytes = await openValue(ctx, secret, version, box);
  if (version.kind === value.kind && Buffer.from(bytes).equals(value.bytes)) return true;
  const message =
    `You can't use ClientRequestToken ${versionId} because that value is already in use ` +
    `for a version of secret ${secretArn(secret)}.`;
  throw new Fault("ResourceExistsException", message);
}
