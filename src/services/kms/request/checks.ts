import type { RecipientInfo } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { grantIdIn } from "./grant-token.ts";

interface CommonFields {
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: RecipientInfo;
}

/**
 * Refuses what no operation of this platform takes: recipients in Nitro enclaves, grant tokens that are not ours, with
 * `tokenCode` where the operation's model lists another code for them than most.
 */
export function checkCommonFields({ GrantTokens, Recipient }: CommonFields, box: SecretBox, tokenCode?: string): void {
  if (Recipient !== undefined) {
    throw new Fault("ValidationException", "Recipient is not supported: there are no Nitro enclaves on this platform.");
  }
  for (const token of GrantTokens ?? []) grantIdIn(token, box, tokenCode);
}

/** Called last: a dry run that came so far would have succeeded. */
export function endDryRun({ DryRun }: { readonly DryRun?: boolean }): void {
  if (!DryRun) return;
  const message = "The request would have succeeded, but the DryRun option is set.";
  throw new Fault("DryRunOperationException", message);
}
