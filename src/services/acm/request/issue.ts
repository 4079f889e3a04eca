import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { InvariantError } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Put, Read, Store } from "#kernel/store.ts";
import {
  type AuthorityRecord,
  authorityKey,
  type CertificateRecord,
  type EcAlgorithm,
  type KeyAlgorithm,
  openPrivateKey,
  sealPrivateKey,
} from "../model.ts";
import { signCertificate } from "../x509/certificate.ts";
import { factsOf } from "../x509/read.ts";

const day = 86_400_000;
/** As long as certificates of ACM are valid ("ACM certificate characteristics"). */
const certificateDays = 395;
const authorityDays = 3650;
/** Clocks of clients may be a little behind. */
const early = 3_600_000;

const generate = promisify(generateKeyPair) as unknown as (
  type: string,
  options: object,
) => Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }>;

const curves: Readonly<Record<EcAlgorithm, string>> = {
  EC_prime256v1: "P-256",
  EC_secp384r1: "P-384",
  EC_secp521r1: "P-521",
};

function newKeys(algorithm: KeyAlgorithm) {
  const curve = curves[algorithm as EcAlgorithm];
  if (curve !== undefined) return generate("ec", { namedCurve: curve });
  return generate("rsa", { modulusLength: Number(algorithm.slice("RSA_".length)) });
}

export interface IssueParts {
  readonly store: Store;
  readonly box: SecretBox;
  readonly random: Random;
  readonly now: number;
}

export type IssuedFields = Pick<
  CertificateRecord,
  | ("certificate" | "certificateChain" | "sealedPrivateKey" | "serial" | "subject" | "issuer")
  | ("notBefore" | "notAfter" | "signatureAlgorithm" | "keyUsages" | "extendedKeyUsages")
>;

/** A certificate that the platform's authority has signed, and what must be committed with it. */
export interface Issued {
  readonly fields: IssuedFields;
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

/** Signs a new key for these names, the first of which is the common name. */
export async function issue(
  parts: IssueParts,
  account: string,
  names: readonly string[],
  algorithm: KeyAlgorithm,
  validDays = certificateDays,
): Promise<Issued> {
  const authority = await authorityOf(parts, account);
  const signer = new X509Certificate(authority.record.certificate);
  const keys = await newKeys(algorithm);
  const { box, random, now } = parts;
  const certificate = signCertificate(
    {
      serial: serialNumber(random),
      subject: { commonName: names[0]! },
      issuer: authorityName(account),
      notBefore: now - early,
      notAfter: Math.min(now + validDays * day, authority.record.notAfter),
      publicKey: keys.publicKey,
      dnsNames: names,
      isAuthority: false,
      issuerKey: signer.publicKey,
    },
    authority.key,
  );
  const { names: _, ...facts } = factsOf(new X509Certificate(certificate));
  const pem = keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return {
    fields: {
      ...facts,
      certificate,
      certificateChain: authority.record.certificate,
      sealedPrivateKey: sealPrivateKey(box, pem),
    },
    unchanged: [authority.read],
    put: authority.put,
  };
}

function authorityName(account: string) {
  return { commonName: `Estiva certificate authority of account ${account}`, organization: "Estiva" };
}

/** The account's authority, made when it is first needed and again well before it ends. */
async function authorityOf({ store, box, random, now }: IssueParts, account: string) {
  const read = await store.get(authorityKey(account));
  if (read.value !== undefined && read.value.notAfter - now > 2 * certificateDays * day) {
    const pem = openPrivateKey(box, read.value);
    if (pem === undefined) throw new InvariantError("The certificate authority was sealed under another master key");
    return { read, record: read.value, key: createPrivateKey(pem), put: [] };
  }
  const { privateKey } = await newKeys("EC_prime256v1");
  const publicKey = createPublicKey(privateKey);
  const notAfter = now + authorityDays * day;
  const name = authorityName(account);
  const certificate = signCertificate(
    {
      serial: serialNumber(random),
      ...{ subject: name, issuer: name, notBefore: now - early, notAfter, publicKey, dnsNames: [] },
      ...{ isAuthority: true, issuerKey: publicKey },
    },
    privateKey,
  );
  const sealedPrivateKey = sealPrivateKey(box, privateKey.export({ type: "pkcs8", format: "pem" }) as string);
  const record: AuthorityRecord = { account, certificate, sealedPrivateKey, notAfter };
  return { read, record, key: privateKey, put: [{ key: read.key, value: record }] };
}

/** 16 bytes of which the first bit is not set: positive, and never the same twice. */
function serialNumber(random: Random): Uint8Array {
  const bytes = Uint8Array.from(random.bytes(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}
