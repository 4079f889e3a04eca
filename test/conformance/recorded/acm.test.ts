import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Play, replay } from "./replay.ts";

/*
 * What is not played, and why: certificates are issued at once here, by an authority of the account. None is pending,
 * and none waits for mails (docs/certificates.md).
 */

/** As the certificate that was recorded, with one of its names that is none. */
const configuration = `
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
C = AU
ST = Some-State
L = Some-Locality
O = LocalStack Org
OU = Testing
CN = localhost
[extensions]
keyUsage = digitalSignature, nonRepudiation, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = @names
[names]
DNS.1 = localhost
DNS.2 = test.localhost.atlassian.io
DNS.3 = localhost.localstack.cloud
DNS.4 = localhost.localstack.cloudIP:127.0.0.1
`;

function selfSigned(): { Certificate: string; PrivateKey: string } {
  const folder = mkdtempSync(join(tmpdir(), "estiva-certificate-"));
  const path = (name: string) => join(folder, name);
  try {
    writeFileSync(path("config"), configuration);
    const files = ["-config", path("config"), "-keyout", path("key"), "-out", path("certificate")];
    const options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30", "-set_serial", "1001"];
    execFileSync("openssl", ["req", ...options, ...files], { stdio: "pipe" });
    const base64 = (name: string) => readFileSync(path(name)).toString("base64");
    return { Certificate: base64("certificate"), PrivateKey: base64("key") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Listed {
  readonly CertificateSummaryList: readonly { readonly CertificateArn: string }[];
}
interface Described {
  readonly Certificate: { readonly Options: object; readonly SignatureAlgorithm: string };
}

/** The authority's key is not of RSA, and whether a certificate can be exported is told since the recordings. */
function asOfThen<T extends Described>({ Certificate }: T) {
  const { Export: _, ...Options } = Certificate.Options as { Export?: string };
  return { Certificate: { ...Certificate, Options, SignatureAlgorithm: "SHA256WITHRSA" } };
}

replay("acm/test_acm.snapshot.json", {
  test_import_certificate: async ({ step }) => {
    const made = await step<{ CertificateArn: string }>(
      "import-certificate-response",
      "acm.ImportCertificate",
      selfSigned(),
    );
    await step("describe-certificate-response", "acm.DescribeCertificate", made);
  },
  test_list_certificates_with_key_types_filter_imported_certificate: async ({ call, is }) => {
    const { CertificateArn } = await call<{ CertificateArn: string }>("acm.ImportCertificate", selfSigned());
    const { CertificateSummaryList: all } = await call<Listed>("acm.ListCertificates", {
      Includes: { keyTypes: ["RSA_1024", "RSA_2048", "EC_prime256v1"] },
    });
    is(
      "list-certificates-with-key-types",
      all.find((each) => each.CertificateArn === CertificateArn),
    );
  },
  test_certificate_for_subdomain_wildcard: async ({ call, step, is, skip }: Play) => {
    const input = { DomainName: "*.www.example.com", ValidationMethod: "DNS" };
    const made = await step<{ CertificateArn: string }>("request-cert", "acm.RequestCertificate", input);
    skip("describe-cert");
    is("describe-cert-2", asOfThen(await call<Described>("acm.DescribeCertificate", made)));
    const { CertificateSummaryList } = await call<Listed>("acm.ListCertificates", {});
    is(
      "list-cert",
      CertificateSummaryList.map(({ ExportOption: _, Exported: __, ...rest }: Record<string, unknown>) => rest),
    );
  },
});
