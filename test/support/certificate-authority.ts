import { systemRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { certificateAuthority } from "#services/acm/index.ts";

/** The authorities of accounts, as the platform has them; their records are ACM's. */
export const testAuthority = certificateAuthority(createSecretBox(new Uint8Array(32), systemRandom()));
