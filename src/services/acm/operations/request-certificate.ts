import type { RequestCertificateRequest } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { type CertificateRecord, certificateArn, certificateKey, certificates } from "../model.ts";
import type { AcmHandler, AcmParts } from "../request/handler.ts";
import { issue } from "../request/issue.ts";
import { checkQuota } from "../request/quotas.ts";
import { withTags } from "../request/tags.ts";

const tokenLastsMs = 3_600_000;
/** Names beside the first one (AWS Certificate Manager endpoints and quotas). */
const mostNames = 10;

/** Issues a certificate at once, signed by the platform's own authority: nothing has to be validated. */
export function requestCertificate({ box }: AcmParts): AcmHandler<"RequestCertificate"> {
  return async (input, ctx) => {
    refuse(input);
    const now = ctx.clock.now();
    const names = [
      ...new Set([input.DomainName, ...(input.SubjectAlternativeNames ?? [])].map((n) => n.toLowerCase())),
    ];
    if (names.length > mostNames + 1) {
      throw new Fault("LimitExceededException", `A certificate can have at most ${mostNames} additional names.`);
    }
    const before = sameRequest(ctx, input.IdempotencyToken, names, now);
    if (before !== undefined) return { CertificateArn: certificateArn(before) };
    checkQuota(ctx.store.view(certificates).count("world", worldOf(ctx)));
    const keyAlgorithm = input.KeyAlgorithm ?? "RSA_2048";
    const parts = { store: ctx.store, box, random: ctx.random, now };
    const issued = await issue(parts, ctx.account, names, keyAlgorithm);
    const { account, region } = ctx;
    const record: CertificateRecord = {
      ...{ account, region, id: uuid(ctx.random) },
      ...{ type: "AMAZON_ISSUED", status: "ISSUED" },
      ...{ domainName: names[0]!, names },
      ...issued.fields,
      keyAlgorithm,
      ...{ createdAt: now, issuedAt: now },
      ...{ exportOption: input.Options?.Export ?? "DISABLED", exported: false },
      ...(input.ValidationMethod !== undefined && { validationMethod: input.ValidationMethod }),
      ...(input.IdempotencyToken !== undefined && { idempotencyToken: input.IdempotencyToken }),
      tags: withTags({}, input.Tags),
    };
    const key = await ctx.store.get(certificateKey(ctx, record.id));
    await ctx.store.commit({
      unchanged: [...issued.unchanged, key],
      put: [...issued.put, { key: key.key, value: record }],
    });
    return { CertificateArn: certificateArn(record) };
  };
}

function refuse(input: RequestCertificateRequest): void {
  if (input.CertificateAuthorityArn !== undefined) {
    const message = "There is no AWS Private CA: leave CertificateAuthorityArn out, the platform's authority signs.";
    throw new Fault("InvalidArnException", message);
  }
  if (input.ManagedBy !== undefined) {
    throw new Fault("InvalidParameterException", "There is no Amazon CloudFront to manage certificates.");
  }
  const names = [input.DomainName, ...(input.SubjectAlternativeNames ?? [])].map((name) => name.toLowerCase());
  for (const { DomainName, ValidationDomain } of input.DomainValidationOptions ?? []) {
    const name = DomainName.toLowerCase();
    const isOver = name === ValidationDomain.toLowerCase() || name.endsWith(`.${ValidationDomain.toLowerCase()}`);
    if (!names.includes(name) || !isOver) {
      const message = `${ValidationDomain} is not a valid validation domain of ${DomainName}.`;
      throw new Fault("InvalidDomainValidationOptionsException", message);
    }
  }
}

function sameRequest(ctx: RequestContext, token: string | undefined, names: readonly string[], now: number) {
  if (token === undefined) return undefined;
  return ctx.store
    .view(certificates)
    .by("token", `${worldOf(ctx)}/${token}`)
    .map(({ value }) => value)
    .find((record) => now - record.createdAt < tokenLastsMs && record.names.join() === names.join());
}
