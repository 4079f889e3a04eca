import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { before, describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type ElbWorld, elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";
import { renewalController } from "../controllers/renewal.ts";
import { certificateKey, certificateOfArn, openPrivateKey } from "../model.ts";
import { signCertificate } from "../x509/certificate.ts";

const day = 86_400_000;
const bytes = (text: string) => Buffer.from(text, "utf8");

async function requested(world: ElbWorld, input: object = {}) {
  const { CertificateArn } = await world.acm("RequestCertificate", { DomainName: "www.example.com", ...input });
  return CertificateArn!;
}

function selfSigned(now: number, type: "rsa" | "ec" = "ec") {
  const pair =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = { commonName: "localhost", organization: "Example" };
  const certificate = signCertificate(
    {
      ...{ serial: Uint8Array.of(3, 0xe9), subject: name, issuer: name, notBefore: now - day, notAfter: now + day },
      ...{ publicKey: pair.publicKey, issuerKey: pair.publicKey },
      ...{ dnsNames: ["localhost", "*.example.com"], isAuthority: false },
    },
    pair.privateKey,
  );
  return { certificate, key: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}

describe("requested certificates", () => {
  for (const KeyAlgorithm of ["RSA_2048", "EC_prime256v1", "EC_secp384r1"] as const) {
    test(`of ${KeyAlgorithm} are valid, for their names, under the platform's authority`, async () => {
      const world = await elbWorld();
      const SubjectAlternativeNames = ["*.example.com", "www.example.com"];
      const CertificateArn = await requested(world, { KeyAlgorithm, SubjectAlternativeNames });
      const { Certificate, CertificateChain } = await world.acm("GetCertificate", { CertificateArn });
      const [leaf, authority] = [new X509Certificate(Certificate!), new X509Certificate(CertificateChain!)];
      assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
      assert.ok(authority.ca && authority.checkIssued(authority) && authority.verify(authority.publicKey));
      assert.ok(!leaf.ca);
      assert.deepEqual(
        [leaf.checkHost("www.example.com"), leaf.checkHost("a.example.com"), leaf.checkHost("b.example")],
        [...["www.example.com", "*.example.com", undefined]],
      );
      assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
      const record = certificateOfArn(world.store, CertificateArn)!.value;
      assert.ok(leaf.checkPrivateKey(createPrivateKey(openPrivateKey(world.box, record)!)));
      assert.doesNotMatch(JSON.stringify(record), /PRIVATE KEY/);
    });
  }

  test("are shown as recorded from AWS", async () => {
    const world = await elbWorld();
    const CertificateArn = await requested(world, { ValidationMethod: "DNS" });
    const shown = (await world.acm("DescribeCertificate", { CertificateArn })).Certificate!;
    const { DomainValidationOptions, NotAfter, NotBefore, Serial, CreatedAt, IssuedAt, ...rest } = shown;
    assert.deepEqual(rest, {
      ...{ CertificateArn, DomainName: "www.example.com", SubjectAlternativeNames: ["www.example.com"] },
      ...{ Subject: "CN=www.example.com", Issuer: "Amazon", Status: "ISSUED", Type: "AMAZON_ISSUED" },
      ...{ KeyAlgorithm: "RSA-2048", SignatureAlgorithm: "SHA256WITHECDSA", InUseBy: [] },
      KeyUsages: [{ Name: "DIGITAL_SIGNATURE" }, { Name: "KEY_ENCIPHERMENT" }],
      ExtendedKeyUsages: [
        { Name: "TLS_WEB_SERVER_AUTHENTICATION", OID: "1.3.6.1.5.5.7.3.1" },
        { Name: "TLS_WEB_CLIENT_AUTHENTICATION", OID: "1.3.6.1.5.5.7.3.2" },
      ],
      RenewalEligibility: "INELIGIBLE",
      Options: { CertificateTransparencyLoggingPreference: "ENABLED", Export: "DISABLED" },
    });
    const [validation] = DomainValidationOptions!;
    assert.match(validation!.ResourceRecord!.Name, /^_[0-9a-f]{32}\.www\.example\.com\.$/);
    assert.deepEqual([validation!.ValidationStatus, validation!.ValidationMethod], ["SUCCESS", "DNS"]);
    assert.match(Serial!, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    assert.equal((Number(NotAfter) - Number(CreatedAt)) / day, 395);
    assert.ok(Number(NotBefore) < Number(IssuedAt));
  });

  test("are made once for a token", async () => {
    const world = await elbWorld();
    const arn = await requested(world, { IdempotencyToken: "a" });
    assert.equal(await requested(world, { IdempotencyToken: "a" }), arn);
    assert.notEqual(await requested(world, { IdempotencyToken: "b" }), arn);
    await world.clock.advance(3_600_000);
    assert.notEqual(await requested(world, { IdempotencyToken: "a" }), arn);
  });

  test("are exported where that was asked for, under a passphrase", async () => {
    const world = await elbWorld();
    const Passphrase = bytes("hunter22");
    const closed = await requested(world);
    await assert.rejects(
      world.acm("ExportCertificate", { CertificateArn: closed, Passphrase }),
      isFault("ValidationException", /is not exportable\.$/),
    );
    const CertificateArn = await requested(world, { Options: { Export: "ENABLED" } });
    const exported = await world.acm("ExportCertificate", { CertificateArn, Passphrase });
    const key = createPrivateKey({ key: exported.PrivateKey!, passphrase: "hunter22" });
    assert.ok(new X509Certificate(exported.Certificate!).checkPrivateKey(key));
    await world.acm("RenewCertificate", { CertificateArn });
    const { Certificate } = await world.acm("GetCertificate", { CertificateArn });
    assert.notEqual(Certificate, exported.Certificate);
  });

  test("are renewed 60 days before their end while they are used", async () => {
    const world = await elbWorld();
    const CertificateArn = await requested(world);
    const controller = renewalController(world.box);
    const id = CertificateArn.split("/")[1]!;
    const key = certificateKey({ account: "000000000000", region: "us-east-1" }, id);
    assert.equal(await world.reconcile(controller, key), undefined);
    await newListener(world, await newLoadBalancer(world), await newTargetGroup(world), {
      ...{ Port: 443, Protocol: "HTTPS", Certificates: [{ CertificateArn }] },
    });
    const due = world.clock.now() + 335 * day;
    assert.deepEqual(await world.reconcile(controller, key), { lookAgainAt: due });
    await world.clock.advance(335 * day);
    await world.reconcile(controller, key);
    const { Certificate } = await world.acm("DescribeCertificate", { CertificateArn });
    assert.equal(Certificate!.NotAfter, due + 395 * day);
    assert.deepEqual(
      [Certificate!.RenewalSummary!.RenewalStatus, Certificate!.RenewalEligibility],
      ["SUCCESS", "ELIGIBLE"],
    );
  });

  test("of a private authority are refused", async () => {
    const world = await elbWorld();
    const CertificateAuthorityArn = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/x";
    await assert.rejects(requested(world, { CertificateAuthorityArn }), isFault("InvalidArnException"));
  });
});

describe("imported certificates", () => {
  let world: ElbWorld;
  let own: ReturnType<typeof selfSigned>;
  before(async () => {
    world = await elbWorld();
    own = selfSigned(world.clock.now());
  });
  const input = (change: { certificate?: string; key?: string } = {}) => ({
    Certificate: bytes(change.certificate ?? own.certificate),
    PrivateKey: bytes(change.key ?? own.key),
  });

  test("are told of, given back, and replaced", async () => {
    const { CertificateArn } = await world.acm("ImportCertificate", input());
    const shown = (await world.acm("DescribeCertificate", { CertificateArn: CertificateArn! })).Certificate!;
    assert.deepEqual(
      [shown.DomainName, shown.SubjectAlternativeNames, shown.Subject, shown.Issuer, shown.Serial, shown.Type],
      ["localhost", ["localhost", "*.example.com"], "O=Example,CN=localhost", "Example", "03:e9", "IMPORTED"],
    );
    assert.equal(shown.KeyAlgorithm, "EC_prime256v1");
    const got = await world.acm("GetCertificate", { CertificateArn: CertificateArn! });
    assert.equal(got.Certificate!.trim(), own.certificate.trim());
    const next = selfSigned(world.clock.now(), "rsa");
    const again = await world.acm("ImportCertificate", { ...input(next), CertificateArn: CertificateArn! });
    assert.equal(again.CertificateArn, CertificateArn);
    const replaced = (await world.acm("DescribeCertificate", { CertificateArn: CertificateArn! })).Certificate!;
    assert.equal(replaced.KeyAlgorithm, "RSA-2048");
  });

  test("that are broken are refused", async () => {
    const other = selfSigned(world.clock.now());
    const cases: readonly [object, RegExp][] = [
      [input({ certificate: "x" }), /^The certificate is not PEM-encoded or is not valid\.$/],
      [input({ certificate: own.certificate + other.certificate }), /more than one certificate/],
      [input({ key: "x" }), /^The private key is not PEM-encoded or is not valid\.$/],
      [input({ key: other.key }), /does not match the certificate\.$/],
      [{ ...input(), CertificateChain: bytes(other.certificate) }, /^Could not validate the certificate/],
    ];
    for (const [each, message] of cases) {
      await assert.rejects(world.acm("ImportCertificate", each as never), isFault("ValidationException", message));
    }
    const old = selfSigned(world.clock.now() - 3 * day);
    await assert.rejects(world.acm("ImportCertificate", input(old)), isFault("ValidationException", /has expired\.$/));
  });
});

test("lists are of RSA keys unless other types are asked for, in order of creation", async () => {
  const world = await elbWorld();
  const first = await requested(world);
  await world.clock.advance(1000);
  const second = await requested(world, { KeyAlgorithm: "EC_prime256v1" });
  const arns = async (input: object) =>
    (await world.acm("ListCertificates", input)).CertificateSummaryList!.map((each) => each.CertificateArn);
  assert.deepEqual(await arns({}), [first]);
  const Includes = { keyTypes: ["RSA_2048", "EC_prime256v1"] };
  assert.deepEqual(await arns({ Includes, SortBy: "CREATED_AT", SortOrder: "DESCENDING" }), [second, first]);
  assert.deepEqual(await arns({ Includes, CertificateStatuses: ["EXPIRED"] }), []);
  const page = await world.acm("ListCertificates", { Includes, MaxItems: 1 } as never);
  const next = await world.acm("ListCertificates", { Includes, MaxItems: 1, NextToken: page.NextToken! } as never);
  assert.deepEqual(
    next.CertificateSummaryList!.map((each) => each.CertificateArn),
    [second],
  );
});

test("tags are set and removed", async () => {
  const world = await elbWorld();
  const CertificateArn = await requested(world, { Tags: [{ Key: "a", Value: "1" }] });
  await world.acm("AddTagsToCertificate", { CertificateArn, Tags: [{ Key: "b" }] });
  await world.acm("RemoveTagsFromCertificate", { CertificateArn, Tags: [{ Key: "a", Value: "2" }, { Key: "b" }] });
  const { Tags } = await world.acm("ListTagsForCertificate", { CertificateArn });
  assert.deepEqual(Tags, [{ Key: "a", Value: "1" }]);
  await world.acm("DeleteCertificate", { CertificateArn });
  const message = `Could not find certificate ${CertificateArn.split(":").at(-1)} in account 000000000000.`;
  const gone = isFault("ResourceNotFoundException", message);
  await assert.rejects(world.acm("GetCertificate", { CertificateArn }), gone);
});
