import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf, type Prefix, prefixOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

/** A parameter; its values are in the records of its versions. Times are milliseconds since the epoch. */
export interface ParameterRecord extends World {
  /** `/app/db/password` or `password` */
  readonly name: string;
  /** The newest version. */
  readonly version: number;
  /** Label -> the version that has it. */
  readonly labels: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What the newest version says. */
  readonly newest: VersionDetails;
}

export interface VersionDetails {
  readonly type: "String" | "StringList" | "SecureString";
  /** Of a SecureString: the KMS key as the caller named it, `alias/aws/ssm` by default. */
  readonly keyId?: string;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly tier: "Standard" | "Advanced";
  readonly dataType: "text";
  readonly lastModifiedDate: number;
  /** The ARN of who wrote it. */
  readonly lastModifiedUser: string;
}

export interface ParameterVersionRecord extends VersionDetails {
  readonly version: number;
  /** Of a SecureString: in base64, encrypted under the KMS key. */
  readonly value: string;
}

/** Index `world`: by `worldOf`. */
export const parameters: Collection<ParameterRecord, "world"> = {
  name: "ssm/parameter",
  indexes: { world: worldOf },
};

/** How many versions of a parameter are kept. */
export const mostVersions = 100;

export const parameterVersions: Collection<ParameterVersionRecord> = { name: "ssm/parameter-version" };

export function parameterKey({ account, region }: World, name: string): Key<ParameterRecord> {
  return keyOf(parameters, account, region, name);
}

/** Keys of versions are in the order of their numbers. */
export function versionKey(parameter: World & { readonly name: string }, version: number): Key<ParameterVersionRecord> {
  const { account, region, name } = parameter;
  return keyOf(parameterVersions, account, region, name, String(version).padStart(10, "0"));
}

export function versionsOf({ account, region, name }: ParameterRecord): Prefix<ParameterVersionRecord> {
  return prefixOf(parameterVersions, account, region, name);
}

/** Whether a name is of the parameters that AWS publishes: they are of no account. */
export function isPublicName(name: string): boolean {
  return name.startsWith("/aws/service/");
}

/** `arn:aws:ssm:us-east-1:000000000000:parameter/app/db/password` */
export function parameterArn({ account, region }: World, name: string): string {
  const resource = `parameter${name.startsWith("/") ? name : `/${name}`}`;
  return arnIn({ account, region }, "ssm", resource);
}

/** What a text names: a parameter by its name or ARN, and perhaps a version or a label behind a colon. */
export interface ParameterReference extends World {
  /** The names that may be meant: the ARN of a parameter does not tell whether its name begins with a slash. */
  readonly names: readonly string[];
  /** `3`, `prod` */
  readonly selector?: string;
}

/** Reads a parameter's name or ARN; undefined when it is an ARN of something else. Names are of the given world. */
export function parseReference({ account, region }: World, text: string): ParameterReference | undefined {
  const arn = text.startsWith("arn:") ? parseArn(text) : undefined;
  if (text.startsWith("arn:") && (arn?.service !== "ssm" || !arn.resource.startsWith("parameter/"))) return undefined;
  const path = arn === undefined ? text : arn.resource.slice("parameter".length);
  const colon = path.indexOf(":");
  const name = colon < 0 ? path : path.slice(0, colon);
  // Only a name without further slashes may be meant without the first one.
  const names = arn !== undefined && !name.slice(1).includes("/") ? [name, name.slice(1)] : [name];
  return {
    account: arn?.account ?? account,
    region: arn?.region ?? region,
    names,
    ...(colon >= 0 && { selector: path.slice(colon + 1) }),
  };
}
