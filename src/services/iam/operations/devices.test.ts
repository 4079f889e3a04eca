import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type IamWorld, iamWorld } from "../../../../test/support/iam-world.ts";
import { serverCertificates } from "../model.ts";
import { oneTimePassword, toBase32 } from "../request/totp.ts";

describe("one-time passwords", () => {
  // RFC 6238, appendix B: the seed is "12345678901234567890"; the last six of its eight digits.
  const seed = toBase32(Buffer.from("12345678901234567890"));
  for (const [seconds, password] of [
    [59, "287082"],
    [1111111109, "081804"],
    [1111111111, "050471"],
    [1234567890, "005924"],
    [2000000000, "279037"],
    [20000000000, "353130"],
  ] as const) {
    test(`at ${seconds} seconds`, () => {
      assert.equal(oneTimePassword(seed, Math.floor(seconds / 30)), password);
    });
  }
});

describe("virtual MFA devices", () => {
  const serial = "arn:aws:iam::000000000000:mfa/phone";

  async function withDevice(): Promise<IamWorld & { codes: (step: number) => [string, string]; step: () => number }> {
    const world = await iamWorld();
    await world.iam("CreateUser", { UserName: "ada" });
    const { VirtualMFADevice } = await world.iam("CreateVirtualMFADevice", { VirtualMFADeviceName: "phone" });
    assert.equal(VirtualMFADevice.SerialNumber, serial);
    const seed = Buffer.from(VirtualMFADevice.Base32StringSeed!).toString();
    const codes = (step: number): [string, string] => [oneTimePassword(seed, step), oneTimePassword(seed, step + 1)];
    return { ...world, codes, step: () => Math.floor(world.clock.now() / 30_000) };
  }

  test("are enabled with two passwords in a row, each good once", async () => {
    const { iam, clock, codes, step } = await withDevice();
    const enable = ([AuthenticationCode1, AuthenticationCode2]: [string, string]) =>
      iam("EnableMFADevice", { UserName: "ada", SerialNumber: serial, AuthenticationCode1, AuthenticationCode2 });
    const wrong = isFault("InvalidAuthenticationCodeException", "Authentication code for device is not valid.");
    const [first, second] = codes(step());
    await assert.rejects(enable([second, first]), wrong);
    await assert.rejects(enable(codes(step() + 100)), wrong);
    await enable([first, second]);
    await assert.rejects(enable([first, second]), isFault("EntityAlreadyExistsException"));
    const resync = ([AuthenticationCode1, AuthenticationCode2]: [string, string]) =>
      iam("ResyncMFADevice", { UserName: "ada", SerialNumber: serial, AuthenticationCode1, AuthenticationCode2 });
    await assert.rejects(resync([first, second]), wrong);
    await clock.advance(120_000);
    await resync(codes(step()));
    const { MFADevices } = await iam("ListMFADevices", { UserName: "ada" });
    assert.deepEqual(
      MFADevices.map((device) => device.SerialNumber),
      [serial],
    );
    const inUse = isFault("DeleteConflictException", "Cannot delete entity, must delete MFA device first.");
    await assert.rejects(iam("DeleteUser", { UserName: "ada" }), inUse);
    await assert.rejects(iam("DeleteVirtualMFADevice", { SerialNumber: serial }), isFault("DeleteConflictException"));
    await iam("DeactivateMFADevice", { UserName: "ada", SerialNumber: serial });
    await iam("DeleteVirtualMFADevice", { SerialNumber: serial });
    assert.deepEqual((await iam("ListVirtualMFADevices", {})).VirtualMFADevices, []);
  });
});

describe("server certificates", () => {
  const openssl = hasOpenssl();
  test("are kept with a sealed key that fits", { skip: openssl ? false : "needs openssl" }, async () => {
    const { iam, store } = await iamWorld();
    const [certificate, key] = selfSigned();
    const [, otherKey] = selfSigned();
    const upload = (CertificateBody: string, PrivateKey: string) =>
      iam("UploadServerCertificate", { ServerCertificateName: "web", CertificateBody, PrivateKey });
    await assert.rejects(upload(certificate, otherKey), isFault("KeyPairMismatchException"));
    await assert.rejects(upload("nonsense", key), isFault("MalformedCertificateException", /^Unable to parse certif/));
    await assert.rejects(
      upload(certificate, "nonsense"),
      isFault("MalformedCertificateException", /^Unable to parse k/),
    );
    const { ServerCertificateMetadata: made } = await upload(certificate, key);
    assert.match(made?.ServerCertificateId ?? "", /^ASCA/);
    const { ServerCertificate } = await iam("GetServerCertificate", { ServerCertificateName: "web" });
    assert.deepEqual(ServerCertificate.ServerCertificateMetadata, made);
    assert.equal(ServerCertificate.CertificateBody, certificate.trim());
    assert.ok(!JSON.stringify([...store.view(serverCertificates).all()]).includes("PRIVATE KEY"));
    await iam("UpdateServerCertificate", { ServerCertificateName: "web", NewServerCertificateName: "www" });
    await iam("DeleteServerCertificate", { ServerCertificateName: "www" });
    assert.deepEqual((await iam("ListServerCertificates", {})).ServerCertificateMetadataList, []);
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A certificate and its key, in PEM. */
function selfSigned(): [string, string] {
  const folder = mkdtempSync(join(tmpdir(), "estiva-iam-"));
  try {
    const [key, out] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=example.com"];
    execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", out], { stdio: "ignore" });
    return [readFileSync(out, "utf8"), readFileSync(key, "utf8")];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
