import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import type { ServiceConnectConfiguration, ServiceConnectTlsConfiguration } from "#generated/ecs/types.ts";
import { testAuthority } from "../../../../test/support/certificate-authority.ts";
import { connectWorld } from "../../../../test/support/connect-world.ts";
import { isFault } from "../../../../test/support/context.ts";
import { connectCertificateController } from "../controllers/connect/certificates.ts";
import { connectCertificates } from "../model/connect-certificate.ts";
import { services } from "../model/service.ts";
import { changeTask, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const issuerCertificateAuthority = {
  awsPcaAuthorityArn: "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/estiva",
};
const own = { issuerCertificateAuthority };
const endpoint = { portName: "http", discoveryName: "api", clientAliases: [{ port: 80, dnsName: "api" }] };
const plain: ServiceConnectConfiguration = { enabled: true, services: [endpoint] };
const withTls = (tls: ServiceConnectTlsConfiguration = own, more = {}): ServiceConnectConfiguration => ({
  ...plain,
  services: [{ ...endpoint, ...more, tls }],
});

async function tlsWorld(connect: ServiceConnectConfiguration) {
  const world = await connectWorld();
  await world.create("server", connect);
  await world.run();
  await world.create("client", { enabled: true });
  await world.run();
  const nodeOf = (serviceName: string) => {
    const all = [...world.store.view(tasks).all()].map(({ value }) => value);
    const found = all.filter(({ service, desiredStatus }) => {
      return service!.serviceName === serviceName && desiredStatus === "RUNNING";
    });
    return world.published.at(-1)!.find(({ taskArn }) => taskArn === found.at(-1)!.taskArn)!;
  };
  const certificate = () => [...world.store.view(connectCertificates).all()][0]!.value;
  return { ...world, nodeOf, certificate };
}

describe("Service Connect TLS", () => {
  test("the server's proxy has a certificate of the account's authority, which clients' proxies look for", async () => {
    const { nodeOf, certificate } = await tlsWorld(withTls());
    const parsed = new X509Certificate(certificate().certificate);
    assert.equal(parsed.subjectAltName, "DNS:api.internal");
    assert.ok(parsed.verify(new X509Certificate(certificate().certificateChain).publicKey));
    const days = (parsed.validToDate.getTime() - parsed.validFromDate.getTime()) / 86_400_000;
    assert.equal(Math.floor(days), 7);
    const [inward] = nodeOf("server").listeners;
    // The port is the container's: what comes in for it is led to the proxy.
    const { address, port, boundPort, protocol, sslPolicy, certificates } = inward!;
    assert.deepEqual(
      [address, port, boundPort, protocol, sslPolicy],
      [undefined, 8080, 40_848, "HTTPS", "ELBSecurityPolicy-TLS13-1-3-2021-06"],
    );
    assert.deepEqual(certificates[0]!.certificate, certificate().certificate);
    assert.match(certificates[0]!.privateKey, /^-----BEGIN PRIVATE KEY-----/);
    const tls = { authority: certificate().certificateChain, name: "api.internal" };
    const group = (of: string, part: RegExp) =>
      nodeOf(of).targetGroups.find(({ targetGroupArn }) => part.test(targetGroupArn))!;
    assert.deepEqual(
      group("client", /srv-[^/]*$/).targets.map(({ address, port, tls }) => ({ address, port, tls })),
      [{ address: "10.0.0.0", port: 8080, tls }],
    );
    // Its own task is reached from inside, where nothing is led anywhere; the container itself speaks no TLS.
    assert.deepEqual(
      group("server", /srv-[^/]*$/).targets.map(({ port, tls }) => ({ port, tls })),
      [{ port: 40_848, tls }],
    );
    assert.deepEqual(
      group("server", /ingress$/).targets.map(({ address, port, tls }) => ({ address, port, tls })),
      [{ address: "127.0.0.1", port: 8080, tls: undefined }],
    );
  });

  test("with an ingress port of its own the proxy is reached there", async () => {
    const { nodeOf } = await tlsWorld(withTls(own, { ingressPortOverride: 18_080 }));
    const [inward] = nodeOf("server").listeners;
    assert.deepEqual([inward!.address, inward!.port, inward!.boundPort], ["0.0.0.0", 18_080, undefined]);
    const targets = nodeOf("server").targetGroups.flatMap((group) => group.targets);
    assert.deepEqual(targets.map(({ port }) => port).toSorted(), [18_080, 8080]);
  });

  test("while a deployment brings it, old tasks are spoken to without", async () => {
    const { call, run, clock, nodeOf } = await tlsWorld(plain);
    await clock.advance(60_000);
    await call(operations, "UpdateService", {
      ...{ cluster: "web", service: "server", serviceConnectConfiguration: withTls() },
    });
    await run();
    const spoken = nodeOf("client").targetGroups[0]!.targets.map(({ tls }) => tls?.name ?? "plain");
    assert.deepEqual(spoken.toSorted(), ["api.internal", "plain"]);
  });

  test("another certificate with another key takes its place after five days, and goes with the service", async () => {
    const { call, run, settle, clock, certificate, nodeOf, reconcile, store } = await tlsWorld(withTls());
    const [first, key] = [certificate(), [...store.view(services).all()][1]!.key];
    const controller = connectCertificateController(testAuthority);
    assert.deepEqual(await reconcile(controller, key), { lookAgainAt: first.issuedAt + 5 * 86_400_000 });
    await clock.advance(5 * 86_400_000 - 1 - (clock.now() - first.issuedAt));
    await settle();
    assert.equal(certificate().certificate, first.certificate);
    await clock.advance(1);
    await settle();
    assert.notEqual(testAuthority.openPrivateKey(certificate()), testAuthority.openPrivateKey(first));
    assert.equal(nodeOf("server").listeners[0]!.certificates[0]!.certificate, certificate().certificate);
    await call(operations, "DeleteService", { cluster: "web", service: "server", force: true });
    await run();
    assert.equal(store.view(connectCertificates).size, 1); // its task still serves
    for (const { key, value } of [...store.view(tasks).all()]) {
      for (const lastStatus of ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] as const) {
        const now = changeTask(value, { lastStatus, desiredStatus: "STOPPED" });
        await store.as("ecs.task").commit({ put: [{ key, value: now }] });
      }
    }
    await settle();
    await settle();
    assert.equal(store.view(connectCertificates).size, 0);
  });

  test("what cannot be as it was asked for is refused", async () => {
    const { create, call, store } = await connectWorld();
    const other = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/12345678-1234";
    const refused: readonly [ServiceConnectTlsConfiguration, RegExp][] = [
      [{ issuerCertificateAuthority: {} }, /was not found\. .*: arn:aws:acm-pca:.*certificate-authority\/estiva$/],
      [{ issuerCertificateAuthority: { awsPcaAuthorityArn: other } }, /12345678-1234 of Service Connect TLS was not/],
      [{ ...own, kmsKey: "alias/app" }, /kmsKey .* Leave it out/],
    ];
    for (const [tls, message] of refused) {
      await assert.rejects(create("x", withTls(tls)), isFault("InvalidParameterException", message));
    }
    const input = { cluster: "web", serviceName: "x", taskDefinition: "hello", desiredCount: 1 } as const;
    const serviceConnectConfiguration = withTls({ ...own, roleArn: "arn:aws:iam::000000000000:role/none" });
    await assert.rejects(
      call(operations, "CreateService", { ...input, serviceConnectConfiguration }, { canAssume: () => false }),
      isFault("InvalidParameterException", /role\/none: it must exist and trust ecs\.amazonaws\.com/),
    );
    assert.equal(store.view(services).size, 0);
  });
});
