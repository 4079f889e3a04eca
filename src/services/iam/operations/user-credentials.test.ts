import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld } from "../../../../test/support/iam-world.ts";
import { readSshKey, sshKeyAsPem } from "../request/user-credentials.ts";

const UserName = "ada";

async function withUser() {
  const world = await iamWorld();
  await world.iam("CreateUser", { UserName });
  return world;
}

/** RFC 4253's form of a key that OpenSSL made, and what ssh-keygen says of it where there is one. */
function newSshKey(): { readonly pem: string; readonly body: string } {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { pem, body: `${readSshKey(pem).body} ada@laptop` };
}

describe("SSH public keys", () => {
  it("are uploaded, told in both encodings, set inactive and removed", async () => {
    const { iam } = await withUser();
    const { pem, body } = newSshKey();
    const { SSHPublicKey } = await iam("UploadSSHPublicKey", { UserName, SSHPublicKeyBody: body });
    const { SSHPublicKeyId = "", Fingerprint } = SSHPublicKey!;
    assert.match(SSHPublicKeyId, /^APKA[A-Z2-7]{17}$/);
    assert.match(Fingerprint!, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    const get = (Encoding: "SSH" | "PEM") => iam("GetSSHPublicKey", { UserName, SSHPublicKeyId, Encoding });
    assert.equal((await get("SSH")).SSHPublicKey?.SSHPublicKeyBody, body);
    assert.equal((await get("PEM")).SSHPublicKey?.SSHPublicKeyBody, pem);
    await iam("UpdateSSHPublicKey", { UserName, SSHPublicKeyId, Status: "Inactive" });
    const { SSHPublicKeys } = await iam("ListSSHPublicKeys", { UserName });
    assert.deepEqual(
      SSHPublicKeys?.map((key) => [key.SSHPublicKeyId, key.Status]),
      [[SSHPublicKeyId, "Inactive"]],
    );
    await assert.rejects(
      iam("UploadSSHPublicKey", { UserName, SSHPublicKeyBody: pem }),
      isFault("DuplicateSSHPublicKeyException"),
    );
    await assert.rejects(iam("DeleteUser", { UserName }), isFault("DeleteConflictException"));
    await iam("DeleteSSHPublicKey", { UserName, SSHPublicKeyId });
    await assert.rejects(get("SSH"), isFault("NoSuchEntityException"));
    await iam("DeleteUser", { UserName });
  });

  it("are five at most, and RSA", async () => {
    const { iam } = await withUser();
    const { body } = newSshKey();
    const bytes = Buffer.from(body.split(" ")[1]!, "base64");
    const upload = (variant: number) => {
      bytes[100] = variant;
      return iam("UploadSSHPublicKey", { UserName, SSHPublicKeyBody: `ssh-rsa ${bytes.toString("base64")}` });
    };
    for (let i = 0; i < 5; i++) await upload(i);
    await assert.rejects(upload(5), isFault("LimitExceededException"));
    for (const [wrong, code] of [
      ["ssh-rsa AAAA", "InvalidPublicKeyException"],
      ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", "UnrecognizedPublicKeyEncodingException"],
      ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "InvalidPublicKeyException"],
    ] as const) {
      assert.throws(() => readSshKey(wrong), isFault(code));
    }
  });

  it("have the fingerprint that ssh-keygen tells", (t) => {
    const { body } = newSshKey();
    let told: string;
    try {
      told = execFileSync("ssh-keygen", ["-l", "-E", "md5", "-f", "-"], { input: body, encoding: "utf8" });
    } catch {
      return t.skip("there is no ssh-keygen");
    }
    assert.ok(told.includes(`MD5:${readSshKey(body).fingerprint}`), told);
    assert.match(sshKeyAsPem(body), /^-----BEGIN PUBLIC KEY-----/);
  });
});

/** Of nobody's, made with OpenSSL. */
function newCertificate(): string {
  const subject = ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=example.com"];
  return execFileSync("openssl", subject, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

it("signing certificates are two at most, and certificates", async (t) => {
  const { iam } = await withUser();
  const malformed = iam("UploadSigningCertificate", { UserName, CertificateBody: "no certificate" });
  await assert.rejects(malformed, isFault("MalformedCertificateException"));
  let CertificateBody: string;
  try {
    CertificateBody = newCertificate();
  } catch {
    return t.skip("there is no openssl");
  }
  const { Certificate } = await iam("UploadSigningCertificate", { UserName, CertificateBody });
  const { CertificateId } = Certificate;
  await assert.rejects(
    iam("UploadSigningCertificate", { UserName, CertificateBody }),
    isFault("DuplicateCertificateException"),
  );
  await iam("UploadSigningCertificate", { UserName, CertificateBody: newCertificate() });
  const third = iam("UploadSigningCertificate", { UserName, CertificateBody: newCertificate() });
  await assert.rejects(third, isFault("LimitExceededException"));
  await iam("UpdateSigningCertificate", { UserName, CertificateId, Status: "Inactive" });
  const { Certificates } = await iam("ListSigningCertificates", { UserName });
  assert.deepEqual(Certificates.map(({ Status }) => Status).sort(), ["Active", "Inactive"]);
  await assert.rejects(iam("DeleteUser", { UserName }), isFault("DeleteConflictException", /signing certificates/));
  await iam("DeleteSigningCertificate", { UserName, CertificateId });
  await assert.rejects(iam("DeleteSigningCertificate", { UserName, CertificateId }), isFault("NoSuchEntityException"));
});

describe("service specific credentials", () => {
  const ServiceName = "codecommit.amazonaws.com";

  it("are two a service, with a password that is told once", async () => {
    const { iam, store } = await withUser();
    const first = (await iam("CreateServiceSpecificCredential", { UserName, ServiceName })).ServiceSpecificCredential!;
    const second = (await iam("CreateServiceSpecificCredential", { UserName, ServiceName })).ServiceSpecificCredential!;
    assert.deepEqual([first.ServiceUserName, second.ServiceUserName], ["ada-at-000000000000", "ada+1-at-000000000000"]);
    const third = iam("CreateServiceSpecificCredential", { UserName, ServiceName });
    await assert.rejects(third, isFault("LimitExceededException"));
    const aged = iam("CreateServiceSpecificCredential", { UserName, ServiceName, CredentialAgeDays: 1 });
    await assert.rejects(aged, isFault("ValidationError", /CredentialAgeDays/));
    const records = JSON.stringify(await store.list("iam/user/"));
    assert.ok(!records.includes(first.ServicePassword!), "no password is kept");
    const { ServiceSpecificCredentialId } = first;
    const reset = await iam("ResetServiceSpecificCredential", { UserName, ServiceSpecificCredentialId });
    assert.notEqual(reset.ServiceSpecificCredential?.ServicePassword, first.ServicePassword);
    const expired = { UserName, ServiceSpecificCredentialId, Status: "Expired" } as const;
    await assert.rejects(iam("UpdateServiceSpecificCredential", expired), isFault("ValidationError"));
    const { ServiceSpecificCredentials } = await iam("ListServiceSpecificCredentials", { AllUsers: true });
    assert.equal(ServiceSpecificCredentials?.length, 2);
  });
});
