import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type CertificateRecord, certificateOfArn } from "../model.ts";

/** The certificate of this account and region that an ARN names. */
export function requireCertificate(
  ctx: RequestContext,
  arn: string,
  malformed = "InvalidArnException",
): Entry<CertificateRecord> {
  if (!/^arn:[\w-]+:acm:[\w-]+:\d+:certificate\/[\w-]+$/.test(arn)) {
    throw new Fault(malformed, `The ARN ${arn} is not an ARN of a certificate.`);
  }
  const found = certificateOfArn(ctx.store, arn);
  if (found !== undefined && found.value.account === ctx.account && found.value.region === ctx.region) return found;
  const id = arn.slice(arn.indexOf("certificate/"));
  throw new Fault("ResourceNotFoundException", `Could not find certificate ${id} in account ${ctx.account}.`);
}
