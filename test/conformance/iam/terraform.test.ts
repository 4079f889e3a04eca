import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readSshKey } from "#services/iam/request/user-credentials.ts";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { identityPlatform } from "./world.ts";

const metadata = [
  '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">',
  `<IDPSSODescriptor><KeyDescriptor><X509Certificate>${"MIIC".repeat(300)}</X509Certificate></KeyDescriptor>`,
  "</IDPSSODescriptor></EntityDescriptor>",
].join("");

/** All resources of IAM are made, read back without a difference, changed and removed. */
test("Terraform", { skip: whyNoTerraform("openssl") ?? false, timeout: 900_000 }, async (t) => {
  const folder = terraformFolder(t, join(import.meta.dirname, "main.tf"));
  const platform = await identityPlatform();
  t.after(() => platform.close());
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=example.com"];
  execFileSync("openssl", ["req", "-x509", ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await applyTwice(t, folder, {
    ...platform.env,
    TF_VAR_certificate: readFileSync(certificate, "utf8"),
    TF_VAR_private_key: readFileSync(key, "utf8"),
    TF_VAR_saml_metadata: metadata,
    TF_VAR_ssh_key: readSshKey(publicKey.export({ type: "spki", format: "pem" }).toString()).body,
  });
});
