import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { type CertificateRecord, certificateArn, certificateKey, certificates, sealPrivateKey } from "../model.ts";
import { requireCertificate } from "../request/find.ts";
import { type AcmHandler, type AcmParts, invalid } from "../request/handler.ts";
import { checkImport } from "../request/import.ts";
import { checkQuota } from "../request/quotas.ts";
import { withTags } from "../request/tags.ts";
import { factsOf } from "../x509/read.ts";

/** Takes over a certificate that somebody else has signed, or replaces one that was imported before. */
export function importCertificate({ box }: AcmParts): AcmHandler<"ImportCertificate"> {
  return async (input, ctx) => {
    const now = ctx.clock.now();
    const old = input.CertificateArn === undefined ? undefined : requireCertificate(ctx, input.CertificateArn);
    if (old !== undefined && old.value.type !== "IMPORTED") {
      throw invalid("Only a certificate that was imported can be imported again.");
    }
    if (old !== undefined && input.Tags !== undefined) {
      throw new Fault("InvalidParameterException", "Tagging is not permitted on re-import.");
    }
    const checked = checkImport(input.Certificate, input.PrivateKey, input.CertificateChain, now);
    const { account, region } = ctx;
    const { names, ...facts } = factsOf(checked.certificate);
    const record: CertificateRecord = {
      ...{ account, region, id: old?.value.id ?? uuid(ctx.random) },
      ...{ type: "IMPORTED", status: "ISSUED" },
      domainName: names[0] ?? facts.subject,
      ...{ names, ...facts },
      certificate: `${checked.pem}\n`,
      ...(checked.chain !== undefined && { certificateChain: `${checked.chain}\n` }),
      sealedPrivateKey: sealPrivateKey(box, checked.privateKey),
      keyAlgorithm: checked.keyAlgorithm,
      createdAt: old?.value.createdAt ?? now,
      issuedAt: now,
      ...{ exportOption: "DISABLED", exported: false },
      tags: old?.value.tags ?? withTags({}, input.Tags),
    };
    if (old === undefined) checkQuota(ctx.store.view(certificates).count("world", worldOf(ctx)));
    const key = certificateKey(ctx, record.id);
    await ctx.store.commit({ unchanged: [old ?? (await ctx.store.get(key))], put: [{ key, value: record }] });
    return { CertificateArn: certificateArn(record) };
  };
}
