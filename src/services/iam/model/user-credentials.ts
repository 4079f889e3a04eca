/**
 * What users show to services that this platform does not have (AWS CodeCommit, the SOAP interface of EC2, Amazon
 * Keyspaces). It stands in the user's record, and opens nothing here.
 */
export interface UserCredentials {
  /** At most 5. */
  readonly sshPublicKeys?: readonly SshPublicKey[];
  /** At most 2. */
  readonly signingCertificates?: readonly SigningCertificateRecord[];
  /** At most 2 a service. Their passwords are told once, and kept nowhere. */
  readonly serviceCredentials?: readonly ServiceCredential[];
}

export type CredentialStatus = "Active" | "Inactive";

export interface SshPublicKey {
  /** `APKA...` */
  readonly id: string;
  /** In OpenSSH's form: `ssh-rsa AAAA... comment`. */
  readonly body: string;
  /** MD5 of the key's bytes: `aa:bb:...`. */
  readonly fingerprint: string;
  readonly status: CredentialStatus;
  readonly uploadedAt: number;
}

export interface SigningCertificateRecord {
  /** 24 letters and digits. */
  readonly id: string;
  /** PEM */
  readonly body: string;
  readonly status: CredentialStatus;
  readonly uploadedAt: number;
}

export interface ServiceCredential {
  /** `ACCA...` */
  readonly id: string;
  /** `codecommit.amazonaws.com` */
  readonly serviceName: string;
  readonly serviceUserName: string;
  readonly status: CredentialStatus;
  readonly createdAt: number;
}
