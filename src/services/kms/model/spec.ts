import type {
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from "#generated/kms/types.ts";

export type HmacSpec = "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512";
/** The specs of key pairs. */
export type PairSpec =
  | "RSA_2048"
  | "RSA_3072"
  | "RSA_4096"
  | "ECC_NIST_P256"
  | "ECC_NIST_P384"
  | "ECC_NIST_P521"
  | "ECC_SECG_P256K1"
  | "ECC_NIST_EDWARDS25519";
/** The specs that there are; see `CreateKey` for those that are refused. */
export type SupportedSpec = "SYMMETRIC_DEFAULT" | HmacSpec | PairSpec;
export type KeyUsage = "ENCRYPT_DECRYPT" | "SIGN_VERIFY" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT";

/** What a key can be asked for, as DescribeKey shows it. */
export interface Algorithms {
  readonly EncryptionAlgorithms?: readonly EncryptionAlgorithmSpec[];
  readonly SigningAlgorithms?: readonly SigningAlgorithmSpec[];
  readonly MacAlgorithms?: readonly MacAlgorithmSpec[];
  readonly KeyAgreementAlgorithms?: readonly KeyAgreementAlgorithmSpec[];
}

type SpecRules = Readonly<Partial<Record<KeyUsage, Algorithms>>>;

const mac = (algorithm: MacAlgorithmSpec): SpecRules => ({ GENERATE_VERIFY_MAC: { MacAlgorithms: [algorithm] } });

const rsa: SpecRules = {
  ENCRYPT_DECRYPT: { EncryptionAlgorithms: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] },
  SIGN_VERIFY: {
    SigningAlgorithms: [
      "RSASSA_PKCS1_V1_5_SHA_256",
      "RSASSA_PKCS1_V1_5_SHA_384",
      "RSASSA_PKCS1_V1_5_SHA_512",
      "RSASSA_PSS_SHA_256",
      "RSASSA_PSS_SHA_384",
      "RSASSA_PSS_SHA_512",
    ],
  },
};

const nist = (algorithm: SigningAlgorithmSpec): SpecRules => ({
  SIGN_VERIFY: { SigningAlgorithms: [algorithm] },
  KEY_AGREEMENT: { KeyAgreementAlgorithms: ["ECDH"] },
});

/** What keys of each spec may be for, and by which algorithms (AWS KMS Developer Guide, "Key spec reference"). */
const specs: Readonly<Record<SupportedSpec, SpecRules>> = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: { EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"] } },
  HMAC_224: mac("HMAC_SHA_224"),
  HMAC_256: mac("HMAC_SHA_256"),
  HMAC_384: mac("HMAC_SHA_384"),
  HMAC_512: mac("HMAC_SHA_512"),
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: nist("ECDSA_SHA_256"),
  ECC_NIST_P384: nist("ECDSA_SHA_384"),
  ECC_NIST_P521: nist("ECDSA_SHA_512"),
  ECC_SECG_P256K1: { SIGN_VERIFY: { SigningAlgorithms: ["ECDSA_SHA_256"] } },
  // Without ED25519_PH_SHA_512, which the runtime has no way to.
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: { SigningAlgorithms: ["ED25519_SHA_512"] } },
};

export function isSupported(spec: string): spec is SupportedSpec {
  return Object.hasOwn(specs, spec);
}

/** Whether keys of this spec are pairs, of a public and a private one. */
export function isPair(spec: SupportedSpec): spec is PairSpec {
  return spec.startsWith("RSA_") || spec.startsWith("ECC_");
}

/** Undefined: keys of this spec are not for that. */
export function algorithmsOf(spec: SupportedSpec, usage: KeyUsage): Algorithms | undefined {
  return specs[spec][usage];
}
