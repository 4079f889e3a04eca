import type { CertificateAuthority } from "#kernel/certificate-authority.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { openPrivateKey } from "./model.ts";
import { issue } from "./request/issue.ts";

/** The authorities of accounts for others than ACM: what they sign is no certificate of ACM. */
export function certificateAuthority(box: SecretBox): CertificateAuthority {
  return {
    async issue({ account, names, validDays, ...parts }) {
      const { fields, unchanged, put } = await issue({ ...parts, box }, account, names, "EC_prime256v1", validDays);
      const { certificate, certificateChain, sealedPrivateKey, notAfter } = fields;
      return { certificate, certificateChain: certificateChain!, sealedPrivateKey, notAfter, with: { unchanged, put } };
    },
    openPrivateKey: (certificate) => openPrivateKey(box, certificate),
  };
}
