import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createClient, textsOf } from "#cli/client.ts";
import { Browser } from "../contracts/load-balancer/browser.ts";
import { certificateFor } from "../contracts/load-balancer/certificates.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { balancedServices } from "../support/balanced-services.ts";
import { elbClient } from "../support/elb-client.ts";
import { startOidcProvider } from "../support/oidc-provider.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { register, shell } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Users of a real service who log in at a provider with TLS that the platform has been told to trust. */

const folder = mkdtempSync(join(tmpdir(), "estiva-trusted-"));
const trusted = join(folder, "authority.pem");
const { certificate, privateKey } = certificateFor("localhost");
writeFileSync(trusted, certificate);
after(() => rmSync(folder, { recursive: true }));

const shared = await sharePlatform({ env: { NODE_EXTRA_CA_CERTS: trusted } });
const { balance, serve, vpcClient } = balancedServices(shared);
/** Answers with the headers that it got, as variables. */
const script = [
  "mkdir -p /www/cgi-bin; echo ok > /www/index.html",
  "printf '#!/bin/sh\\necho\\nenv\\n' > /www/cgi-bin/who; chmod +x /www/cgi-bin/who",
  "exec httpd -f -p 8080 -h /www",
].join("; ");

test("a service behind a login learns who asks, and can check it", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const provider = await startOidcProvider({ key: privateKey, cert: certificate });
  t.after(() => provider.close());
  const balanced = await balance("login");
  const web = shell("web", script, { portMappings: [{ containerPort: 8080 }] });
  await serve("login", await register(shared.clients, "login", [web]), balanced);
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
  const { endpoint } = shared.platform;
  const api = createClient({ endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
  const uploaded = await api.iam("UploadServerCertificate", {
    ...{ ServerCertificateName: "login", CertificateBody: certificate, PrivateKey: privateKey },
  });
  api.close();
  const config = {
    ...{ Issuer: provider.url, AuthorizationEndpoint: `${provider.url}/authorize`, ClientId: "client" },
    ...{ TokenEndpoint: `${provider.url}/token`, UserInfoEndpoint: `${provider.url}/userinfo`, ClientSecret: "s3cret" },
  };
  const members = Object.entries(config).map(([name, value]) => [`AuthenticateOidcConfig.${name}`, value] as const);
  const made = await elbClient(shared.platform)("CreateListener", {
    ...{ LoadBalancerArn: balanced.loadBalancer, Protocol: "HTTPS", Port: 443 },
    Certificates: [{ CertificateArn: textsOf(uploaded, "Arn")[0]! }],
    DefaultActions: [
      { Type: "authenticate-oidc", Order: 1, ...Object.fromEntries(members) },
      { Type: "forward", Order: 2, TargetGroupArn: balanced.group },
    ],
  });
  assert.doesNotMatch(made, /s3cret/);
  const client = await vpcClient(t);
  const [one, two] = balanced.nodes.map((node) => new Browser(443, () => client.connect(node, 443)));
  const page = "/cgi-bin/who?x=1";
  const statusFrom = (browser: Browser) =>
    browser.ask(page).then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
  await until(
    "both nodes to ask for a login",
    () => Promise.all([one!, two!].map(statusFrom)),
    (seen) => seen.every((status) => status === 302),
  );
  assert.equal((await one!.logIn(page)).headers.location, `https://shop.test${page}`);
  for (const [name, value] of one!.cookies) two!.cookies.set(name, value);
  const { body } = await two!.ask(page);
  assert.match(body, /^HTTP_X_AMZN_OIDC_IDENTITY=user-1$/m);
  const [head, claims, signature] = /^HTTP_X_AMZN_OIDC_DATA=(.*)$/m.exec(body)![1]!.split(".");
  const { kid, signer } = JSON.parse(Buffer.from(head!, "base64url").toString());
  assert.equal(signer, balanced.loadBalancer);
  const key = createPublicKey(await (await fetch(`${endpoint}/_estiva/load-balancer-keys/${kid}`)).text());
  const form = { key, dsaEncoding: "ieee-p1363" } as const;
  assert.ok(verify("sha256", Buffer.from(`${head}.${claims}`), form, Buffer.from(signature!, "base64url")));
  assert.equal((await fetch(`${endpoint}/_estiva/load-balancer-keys/other`)).status, 404);

  await shared.platform.kill();
  assert.match((await one!.ask(page)).body, /^HTTP_X_AMZN_OIDC_IDENTITY=user-1$/m);
  await shared.platform.start();
  const stranger = new Browser(443, () => client.connect(balanced.nodes[0]!, 443));
  await until("logins again", async () => (await stranger.ask(page)).status === 302);
  assert.doesNotMatch(shared.platform.output, /s3cret/);
});
