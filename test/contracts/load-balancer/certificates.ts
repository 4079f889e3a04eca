import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CertificateSpec } from "#kernel/load-balancing.ts";

/** A certificate that nobody vouches for. */
export function certificateFor(name: string): CertificateSpec {
  const folder = mkdtempSync(join(tmpdir(), "estiva-certificate-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  execFileSync("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", certificate], { stdio: "pipe" });
  const spec = {
    certificateArn: `arn:aws:acm:us-east-1:123456789012:certificate/${name}`,
    certificate: readFileSync(certificate, "utf8"),
    privateKey: readFileSync(key, "utf8"),
    names: [name],
  };
  rmSync(folder, { recursive: true });
  return spec;
}
