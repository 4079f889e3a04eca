import { DriverError } from "#kernel/fault.ts";
import { objectIn } from "#kernel/json-object.ts";

/** What the `valueFrom` of a container's secret names in Secrets Manager. */
export interface SecretReference {
  /** The ARN of the secret. */
  readonly secretId: string;
  /** The member of the secret's JSON text that is wanted; absent: the whole text. */
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/** Reads `<ARN of a secret>:json-key:version-stage:version-id`, of which the last three may be empty or left out. */
export function readSecretReference(valueFrom: string): SecretReference {
  const parts = valueFrom.split(":");
  const [jsonKey, versionStage, versionId, ...more] = parts.slice(7);
  if (more.length > 0) {
    throw new DriverError("InvalidSpec", "unexpected ARN format with parameters when trying to retrieve ASM secret");
  }
  return {
    secretId: parts.slice(0, 7).join(":"),
    ...(jsonKey && { jsonKey }),
    ...(versionStage && { versionStage }),
    ...(versionId && { versionId }),
  };
}

/** A member of a JSON object as text: strings as they are, everything else in JSON. */
export function valueOfJsonKey(text: string, jsonKey: string): string {
  const object = objectIn(text);
  if (object === undefined) {
    throw new DriverError("InvalidSpec", "retrieved secret from Secrets Manager is not a JSON object");
  }
  if (!Object.hasOwn(object, jsonKey)) {
    const message = `retrieved secret from Secrets Manager did not contain json key ${jsonKey}`;
    throw new DriverError("InvalidSpec", message);
  }
  const value = object[jsonKey];
  return typeof value === "string" ? value : JSON.stringify(value);
}
