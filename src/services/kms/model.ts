/**
 * The records of KMS, and what other services may do with its keys: services meet in the store, so whoever keeps
 * something encrypted finds the key's record there and encrypts under it with these functions.
 */

export * from "./model/alias.ts";
export * from "./model/ciphertext.ts";
export * from "./model/find.ts";
export * from "./model/grant.ts";
export * from "./model/key.ts";
export * from "./model/key-pair.ts";
export * from "./model/managed-key.ts";
export * from "./model/material.ts";
export * from "./model/policy.ts";
export * from "./model/requirement.ts";
export * from "./model/spec.ts";
export * from "./model/usable.ts";
