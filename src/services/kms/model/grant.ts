import type { GrantOperation } from "#generated/kms/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { EncryptionContext } from "./ciphertext.ts";

/** What a key's owner lets a principal do with it beside the key policy. */
export interface GrantRecord {
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly grantId: string;
  readonly name?: string;
  readonly granteePrincipal: string;
  readonly retiringPrincipal?: string;
  /** The account that made it. */
  readonly issuingAccount: string;
  readonly region: string;
  readonly operations: readonly GrantOperation[];
  readonly constraints?: {
    readonly EncryptionContextSubset?: EncryptionContext;
    readonly EncryptionContextEquals?: EncryptionContext;
  };
  readonly creationDate: number;
}

/** Indexes: `key` by key id; `id` by grant id. */
export const grants: Collection<GrantRecord, "key" | "id"> = {
  name: "kms/grant",
  indexes: { key: ({ keyId }) => keyId, id: ({ grantId }) => grantId },
};

export function grantKey({ keyId, grantId }: Pick<GrantRecord, "keyId" | "grantId">): Key<GrantRecord> {
  return keyOf(grants, keyId, grantId);
}
