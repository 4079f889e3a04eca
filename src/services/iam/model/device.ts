import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import type { Named, Tag } from "./common.ts";

/** A virtual MFA device: a shared secret from which one-time passwords follow (RFC 6238). */
export interface MfaDeviceRecord extends Named {
  /** Its ARN. */
  readonly serialNumber: string;
  readonly name: string;
  /** What the secret box made of the base32 seed. */
  readonly sealedSeed: string;
  /** The user that it is enabled for. */
  readonly userId?: string;
  readonly enabledAt?: number;
  /** The number of the last time step whose password was taken: none is taken twice. */
  readonly lastStep?: number;
  readonly tags: readonly Tag[];
}

export const mfaDevices: Collection<MfaDeviceRecord, "account"> = {
  name: "iam/mfa-device",
  indexes: { account: (device) => device.account },
};

/** What seeds are sealed for (see kernel/secret-box). */
export const mfaSeedPurpose = "iam mfa seed";

export function mfaDeviceKey(account: string, serialNumber: string): Key<MfaDeviceRecord> {
  return keyOf(mfaDevices, account, serialNumber);
}

/** A certificate for listeners, with its private key. */
export interface ServerCertificateRecord extends Named {
  readonly serverCertificateName: string;
  /** `ASCA...` */
  readonly serverCertificateId: string;
  /** PEM */
  readonly certificateBody: string;
  readonly certificateChain?: string;
  /** What the secret box made of the PEM text. */
  readonly sealedPrivateKey: string;
  readonly expiresAt: number;
  readonly tags: readonly Tag[];
}

export const serverCertificates: Collection<ServerCertificateRecord, "account"> = {
  name: "iam/server-certificate",
  indexes: { account: (certificate) => certificate.account },
};

/** What private keys are sealed for (see kernel/secret-box). */
export const serverCertificatePurpose = "iam server certificate";

export function serverCertificateKey(account: string, name: string): Key<ServerCertificateRecord> {
  return keyOf(serverCertificates, account, name);
}
