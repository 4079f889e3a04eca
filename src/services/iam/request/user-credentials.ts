import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { ServiceSpecificCredential } from "#generated/iam/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { characters } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import type { CredentialStatus, ServiceCredential, UserCredentials, UserRecord } from "../model.ts";
import { noSuchEntity } from "./find.ts";

/** The services that IAM makes user names and passwords for. */
const servicesWithPasswords = new Set(["codecommit.amazonaws.com", "cassandra.amazonaws.com"]);

export function checkServiceWithPasswords(serviceName: string): void {
  if (servicesWithPasswords.has(serviceName)) return;
  throw noSuchEntity(`No such service ${serviceName} is supported for Service Specific Credentials`);
}

const passwordAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function newServicePassword(ctx: RequestContext): string {
  return `${characters(ctx.random, 43, passwordAlphabet)}=`;
}

export function toServiceCredential(user: UserRecord, credential: ServiceCredential): ServiceSpecificCredential {
  return {
    UserName: user.userName,
    ServiceName: credential.serviceName,
    ServiceUserName: credential.serviceUserName,
    ServiceSpecificCredentialId: credential.id,
    Status: credential.status,
    CreateDate: credential.createdAt,
  };
}

type Kind = keyof UserCredentials;
type Item<K extends Kind> = NonNullable<UserCredentials[K]>[number];

const unknown: Readonly<Record<Kind, (id: string) => string>> = {
  sshPublicKeys: (id) => `The Public Key with id ${id} cannot be found.`,
  signingCertificates: (id) => `The Certificate with id ${id} cannot be found.`,
  serviceCredentials: (id) => `No such credential ${id} exists`,
};

export function credentialsOf<K extends Kind>(user: UserRecord, kind: K): readonly Item<K>[] {
  return (user[kind] ?? []) as readonly Item<K>[];
}

export function requireCredential<K extends Kind>(user: UserRecord, kind: K, id: string): Item<K> {
  const found = credentialsOf(user, kind).find((item) => item.id === id);
  if (found === undefined) throw noSuchEntity(unknown[kind](id));
  return found;
}

/** Adds one, or replaces the one of its id. */
export async function putCredential<K extends Kind>(
  ctx: RequestContext,
  user: Entry<UserRecord>,
  kind: K,
  item: Item<K>,
): Promise<void> {
  const all = credentialsOf(user.value, kind);
  const isKnown = all.some(({ id }) => id === item.id);
  const items = isKnown ? all.map((each) => (each.id === item.id ? item : each)) : [...all, item];
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value: { ...user.value, [kind]: items } }] });
}

export async function updateStatus<K extends Kind>(
  ctx: RequestContext,
  user: Entry<UserRecord>,
  kind: K,
  id: string,
  status: string,
): Promise<Record<never, never>> {
  // The model knows the status `Expired` too, which nobody can set.
  if (status === "Expired") throw new Fault("ValidationError", "The status can only be Active or Inactive.");
  await putCredential(ctx, user, kind, {
    ...requireCredential(user.value, kind, id),
    status: status as CredentialStatus,
  });
  return {};
}

export async function removeCredential<K extends Kind>(
  ctx: RequestContext,
  user: Entry<UserRecord>,
  kind: K,
  id: string,
): Promise<Record<never, never>> {
  requireCredential(user.value, kind, id);
  const items = credentialsOf(user.value, kind).filter((item) => item.id !== id);
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value: { ...user.value, [kind]: items } }] });
  return {};
}

/** A public key as OpenSSH writes it, also from one in PEM; with its fingerprint. Refuses what is neither. */
export function readSshKey(text: string): { readonly body: string; readonly fingerprint: string } {
  const body = text.trim().startsWith("-----") ? fromPem(text) : text.trim();
  const [type, base64 = ""] = body.split(/\s+/);
  const bytes = Buffer.from(base64, "base64");
  if (type !== "ssh-rsa" || !startsWith(bytes, "ssh-rsa")) {
    const message = "Could not decode the public key: it must be an RSA key in ssh-rsa or PEM format.";
    throw new Fault(
      type === "ssh-rsa" ? "InvalidPublicKeyException" : "UnrecognizedPublicKeyEncodingException",
      message,
    );
  }
  const digest = createHash("md5").update(bytes).digest("hex");
  return { body, fingerprint: digest.match(/../g)!.join(":") };
}

/** The same key in PEM (SubjectPublicKeyInfo). */
export function sshKeyAsPem(body: string): string {
  const [, exponent, modulus] = fieldsOf(Buffer.from(body.split(/\s+/)[1]!, "base64"));
  const key = { kty: "RSA", e: exponent!.toString("base64url"), n: withoutSign(modulus!).toString("base64url") };
  return createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}

function fromPem(text: string): string {
  try {
    const { e, n, kty } = createPublicKey(text).export({ format: "jwk" });
    if (kty !== "RSA") throw new Error("not RSA");
    const modulus = Buffer.from(n!, "base64url");
    const signed = modulus[0]! & 0x80 ? Buffer.concat([Buffer.alloc(1), modulus]) : modulus;
    const fields = [Buffer.from("ssh-rsa"), Buffer.from(e!, "base64url"), signed];
    return `ssh-rsa ${Buffer.concat(fields.flatMap((field) => [length(field), field])).toString("base64")}`;
  } catch {
    // What OpenSSL has to say of the caller's text is of no use to the caller.
    throw new Fault("InvalidPublicKeyException", "Could not decode the public key: it must be an RSA key.");
  }
}

function length(field: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(field.length);
  return bytes;
}

/** The length-prefixed fields of a key (RFC 4253, section 6.6). */
function fieldsOf(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function startsWith(bytes: Buffer, type: string): boolean {
  const fields = fieldsOf(bytes);
  return fields.length === 3 && fields[0]!.toString() === type && fields[2]!.length >= 128;
}

function withoutSign(modulus: Buffer): Buffer {
  return modulus[0] === 0 ? modulus.subarray(1) : modulus;
}

/** Refuses what is no certificate in PEM. */
export function checkSigningCertificate(body: string): void {
  try {
    new X509Certificate(body);
  } catch {
    // As above.
    const message = "Unable to parse certificate. Please ensure the certificate is in PEM format.";
    throw new Fault("MalformedCertificateException", message);
  }
}
