import type { Random } from "./random.ts";
import type { Commit, Store } from "./store.ts";

/** The platform's own certificate authorities, of which each account has one. */
export interface CertificateAuthority {
  /** Signs a new key for these names, the first of which is the common name. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
  /** The private key in PEM; undefined: it was sealed under another master key. */
  openPrivateKey(certificate: Pick<IssuedCertificate, "sealedPrivateKey">): string | undefined;
}

export interface CertificateRequest {
  readonly store: Store;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly account: string;
  readonly names: readonly string[];
  readonly validDays: number;
}

export interface IssuedCertificate {
  /** PEM */
  readonly certificate: string;
  /** The authority's own certificate, PEM. */
  readonly certificateChain: string;
  readonly sealedPrivateKey: string;
  readonly notAfter: number;
  /** What must be committed with it. */
  readonly with: Required<Pick<Commit, "unchanged" | "put">>;
}
