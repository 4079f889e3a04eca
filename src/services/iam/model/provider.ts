import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import type { Tag } from "./common.ts";

/** An OpenID Connect provider whose tokens AssumeRoleWithWebIdentity accepts. */
export interface OidcProviderRecord {
  readonly account: string;
  /** `arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com` */
  readonly arn: string;
  /** Without its scheme, as in the ARN. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates of its key server, in lower-case hexadecimal digits. */
  readonly thumbprints: readonly string[];
  readonly tags: readonly Tag[];
  readonly createdAt: number;
}

export const oidcProviders: Collection<OidcProviderRecord, "account"> = {
  name: "iam/oidc-provider",
  indexes: { account: ({ account }) => account },
};

export function oidcProviderKey(account: string, url: string): Key<OidcProviderRecord> {
  return keyOf(oidcProviders, account, url);
}

export function oidcProvidersOf(account: string): Prefix<OidcProviderRecord> {
  return prefixOf(oidcProviders, account);
}

/** A SAML identity provider. */
export interface SamlProviderRecord {
  readonly account: string;
  readonly arn: string;
  readonly name: string;
  readonly uuid: string;
  readonly metadataDocument: string;
  readonly createdAt: number;
  readonly validUntil?: number;
  readonly tags: readonly Tag[];
}

export const samlProviders: Collection<SamlProviderRecord, "account"> = {
  name: "iam/saml-provider",
  indexes: { account: ({ account }) => account },
};

export function samlProviderKey(account: string, name: string): Key<SamlProviderRecord> {
  return keyOf(samlProviders, account, name);
}

export function samlProvidersOf(account: string): Prefix<SamlProviderRecord> {
  return prefixOf(samlProviders, account);
}
