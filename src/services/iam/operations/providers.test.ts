import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld } from "../../../../test/support/iam-world.ts";

const thumbprint = "6938FD4D98BAB03FAADB97B34396831E3780AEA1";
const arn = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
const url = "https://token.actions.githubusercontent.com";

describe("OpenID Connect providers", () => {
  test("are known by their URL without its scheme", async () => {
    const { iam } = await iamWorld();
    const made = await iam("CreateOpenIDConnectProvider", {
      Url: url,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: [thumbprint],
    });
    assert.equal(made.OpenIDConnectProviderArn, arn);
    await iam("AddClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn: arn, ClientID: "x" });
    await iam("AddClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn: arn, ClientID: "x" });
    await iam("RemoveClientIDFromOpenIDConnectProvider", {
      OpenIDConnectProviderArn: arn,
      ClientID: "sts.amazonaws.com",
    });
    const shown = await iam("GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn });
    assert.deepEqual(
      [shown.Url, shown.ClientIDList, shown.ThumbprintList],
      ["token.actions.githubusercontent.com", ["x"], [thumbprint.toLowerCase()]],
    );
    const exists = isFault("EntityAlreadyExistsException", `Provider with url ${url} already exists.`);
    await assert.rejects(iam("CreateOpenIDConnectProvider", { Url: url }), exists);
    for (const other of [arn.replace("aws", "aws-cn"), arn.replace("iam:", "iam:us-east-1")]) {
      const remove = iam("DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: other });
      await assert.rejects(remove, isFault("NoSuchEntityException"), other);
    }
    await iam("DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: arn });
    await assert.rejects(
      iam("GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn }),
      isFault("NoSuchEntityException", `OpenIDConnect Provider not found for arn ${arn}`),
    );
  });

  for (const bad of ["http://idp.example.com", "https://u@idp.example.com", "https://idp.example.com?x=1", "idp"]) {
    test(`are not at ${bad}`, async () => {
      const { iam } = await iamWorld();
      await assert.rejects(iam("CreateOpenIDConnectProvider", { Url: bad }), isFault("InvalidInputException"));
    });
  }

  test("are at most a hundred", async () => {
    const { iam } = await iamWorld();
    const make = (i: number) => iam("CreateOpenIDConnectProvider", { Url: `https://idp${i}.example.com` });
    for (let i = 0; i < 100; i++) await make(i);
    const full = isFault("LimitExceededException", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100");
    await assert.rejects(make(100), full);
  });

  test("have up to five thumbprints, which are digests", async () => {
    const { iam } = await iamWorld();
    const make = (ThumbprintList: string[]) => iam("CreateOpenIDConnectProvider", { Url: url, ThumbprintList });
    await assert.rejects(make(Array(6).fill(thumbprint)), isFault("InvalidInputException"));
    await assert.rejects(make(["x".repeat(40)]), isFault("InvalidInputException"));
  });
});

describe("SAML providers", () => {
  const metadata =
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">' +
    "<IDPSSODescriptor><KeyDescriptor><X509Certificate>MIIC</X509Certificate></KeyDescriptor></IDPSSODescriptor>" +
    "</EntityDescriptor>";

  test("are made, shown, changed and removed", async () => {
    const { iam } = await iamWorld();
    const { SAMLProviderArn } = await iam("CreateSAMLProvider", { Name: "idp", SAMLMetadataDocument: metadata });
    assert.equal(SAMLProviderArn, "arn:aws:iam::000000000000:saml-provider/idp");
    await iam("UpdateSAMLProvider", { SAMLProviderArn: SAMLProviderArn!, SAMLMetadataDocument: `${metadata}\n` });
    const shown = await iam("GetSAMLProvider", { SAMLProviderArn: SAMLProviderArn! });
    assert.equal(shown.SAMLMetadataDocument, `${metadata}\n`);
    assert.equal((await iam("ListSAMLProviders", {})).SAMLProviderList?.length, 1);
    await iam("DeleteSAMLProvider", { SAMLProviderArn: SAMLProviderArn! });
    assert.deepEqual((await iam("ListSAMLProviders", {})).SAMLProviderList, []);
  });

  test("have metadata, and no encryption", async () => {
    const { iam } = await iamWorld();
    const unreadable = isFault("InvalidInputException", "Could not parse metadata");
    await assert.rejects(iam("CreateSAMLProvider", { Name: "idp", SAMLMetadataDocument: "<x/>" }), unreadable);
    await assert.rejects(
      iam("CreateSAMLProvider", { Name: "idp", SAMLMetadataDocument: metadata, AssertionEncryptionMode: "Required" }),
      isFault("InvalidInputException", "Encrypted SAML assertions are not supported."),
    );
  });
});
