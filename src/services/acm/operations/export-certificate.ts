import { createPrivateKey } from "node:crypto";
import { InvariantError } from "#kernel/fault.ts";
import { openPrivateKey } from "../model.ts";
import { requireCertificate } from "../request/find.ts";
import { type AcmHandler, type AcmParts, invalid } from "../request/handler.ts";

/** Gives the certificate with its private key, encrypted under the passphrase. */
export function exportCertificate({ box }: AcmParts): AcmHandler<"ExportCertificate"> {
  return async (input, ctx) => {
    const found = requireCertificate(ctx, input.CertificateArn);
    const { type, exportOption, certificate, certificateChain } = found.value;
    if (type !== "AMAZON_ISSUED" || exportOption !== "ENABLED") {
      throw invalid(`The certificate ${input.CertificateArn} is not exportable.`);
    }
    const passphrase = Buffer.from(input.Passphrase).toString("latin1");
    if (!/^[\x20-\x7e]{4,}$/.test(passphrase) || /[#$%]/.test(passphrase)) {
      throw invalid("The passphrase must have at least 4 ASCII characters, and none of #, $ and %.");
    }
    const pem = openPrivateKey(box, found.value);
    if (pem === undefined) throw new InvariantError("A private key was sealed under another master key");
    const encrypted = createPrivateKey(pem).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
    if (!found.value.exported) {
      await ctx.store.commit({
        unchanged: [found],
        put: [{ key: found.key, value: { ...found.value, exported: true } }],
      });
    }
    return {
      Certificate: certificate,
      ...(certificateChain !== undefined && { CertificateChain: certificateChain }),
      PrivateKey: encrypted as string,
    };
  };
}
