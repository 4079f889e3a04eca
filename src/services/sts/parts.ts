import type { ConditionKeys } from "#kernel/authorization.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import type { RoleRecord } from "#services/iam/model.ts";
import type { ProviderKeys } from "./provider-keys.ts";

/** What STS needs beside its requests; IAM's own code comes through the composition root. */
export interface StsParts {
  readonly secretBox: SecretBox;
  readonly random: Random;
  readonly providerKeys: ProviderKeys;
  /** The text of a managed policy's default version, AWS's own included. */
  readonly findPolicy: (store: Pick<Store, "view">, arn: string) => string | undefined;
  /** What is wrong with the text of a session policy; undefined: nothing. */
  readonly policyFault: (document: string) => string | undefined;
  readonly secondFactor: SecondFactorCheck;
  /** Whether the role's trust policy allows the action to somebody who is not of IAM. */
  readonly trusts: (role: RoleRecord, action: string, principal: TrustedPrincipal, keys: ConditionKeys) => boolean;
}

/** IAM's check of one-time passwords: the time step of the caller's code; undefined: it is none. */
export interface SecondFactorCheck {
  check(store: Pick<Store, "view">, caller: Caller, serialNumber: string, code: string): number | undefined;
}

/** An identity provider's user, or an AWS service. */
export type TrustedPrincipal = { readonly provider: string } | { readonly service: string };
