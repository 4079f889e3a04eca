import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

/** A secret, without its values. Times are milliseconds since the epoch. */
export interface SecretRecord extends World {
  readonly name: string;
  /** The six random characters at the end of its ARN: a secret made anew under an old name is another one. */
  readonly suffix: string;
  readonly description?: string;
  /** The KMS key as the caller named it; absent: the account's AWS managed key `aws/secretsmanager`. */
  readonly kmsKeyId?: string;
  readonly createdDate: number;
  readonly lastChangedDate: number;
  /** Midnight (UTC) of the day on which a value was read last. */
  readonly lastAccessedDate?: number;
  /** Set while it is waiting to be removed: when that is due. */
  readonly deletionDate?: number;
  /** Absent: it never had any. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The resource policy's JSON text. */
  readonly policy?: string;
  /** Oldest first. */
  readonly versions: readonly SecretVersion[];
}

export interface SecretVersion {
  readonly versionId: string;
  readonly createdDate: number;
  /** Staging labels in the order of their names. With none the version is deprecated, and goes some day. */
  readonly stages: readonly string[];
  /** What it was given as. */
  readonly kind: "string" | "binary";
  /** The ARN of the KMS key that it is encrypted under; absent: the AWS managed one. */
  readonly kmsKeyArn?: string;
  readonly lastAccessedDate?: number;
}

/** The value of one version, encrypted under a KMS key. */
export interface SecretValueRecord {
  /** In base64. */
  readonly ciphertext: string;
}

/** Index `world`: by `worldOf`. */
export const secrets: Collection<SecretRecord, "world"> = {
  name: "secretsmanager/secret",
  indexes: { world: worldOf },
};

export const secretValues: Collection<SecretValueRecord> = { name: "secretsmanager/value" };

export function secretKey({ account, region }: World, name: string): Key<SecretRecord> {
  return keyOf(secrets, account, region, name);
}

export function secretValueKey(secret: SecretRecord, versionId: string): Key<SecretValueRecord> {
  return keyOf(secretValues, secret.account, secret.region, secret.name, secret.suffix, versionId);
}

/** `arn:aws:secretsmanager:us-east-1:000000000000:secret:app/db-a1B2c3` */
export function secretArn(secret: World & { readonly name: string; readonly suffix: string }): string {
  return arnIn(secret, "secretsmanager", `secret:${secret.name}-${secret.suffix}`);
}

/** What a text names: a secret by its name, or by its ARN with or without the six characters. */
export interface SecretName extends World {
  readonly name: string;
  /** The six characters, when the text has them: then the secret must have the same. */
  readonly suffix?: string;
}

/** Reads a `SecretId`; undefined when it is an ARN of something else. Names are of the given world. */
export function parseSecretId(world: World, secretId: string): SecretName | undefined {
  if (!secretId.startsWith("arn:")) return { account: world.account, region: world.region, name: secretId };
  const arn = parseArn(secretId);
  if (arn?.service !== "secretsmanager" || !arn.resource.startsWith("secret:")) return undefined;
  const name = arn.resource.slice("secret:".length);
  const { account, region } = arn;
  // What ends in a hyphen and six characters is a whole ARN, as it is in AWS, which advises against such names.
  const whole = /^(.+)-([A-Za-z0-9]{6})$/.exec(name);
  return whole ? { account, region, name: whole[1]!, suffix: whole[2]! } : { account, region, name };
}
