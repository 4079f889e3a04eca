import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { CertificateSpec } from "#kernel/load-balancing.ts";
import { Received } from "../../support/received.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { certificateFor } from "./certificates.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { listen, startHttp2Target } from "./targets.ts";

async function handshake(port: number, options: object): Promise<TLSSocket> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  await once(socket, "secureConnect");
  return socket;
}

export function protocols(start: StartBalancer): void {
  describe("protocols", () => {
    const setting = prepare(start);
    let made: CertificateSpec[] | undefined;
    const certificates = () => {
      made ??= ["default.test", "shop.test"].map(certificateFor);
      return made;
    };
    const secure = async (sslPolicy: string, parts: Parameters<typeof nodeOf>[0] = {}) => {
      const { port, use, groupOne } = setting();
      const tls = { protocol: "HTTPS", sslPolicy, certificates: certificates() } as const;
      const groups = parts.targetGroups ?? [groupOne];
      const listeners = [listenerOf(port, forward(groups[0]!), [], tls)];
      await use({ targetGroups: [groupOne], ...parts, listeners });
      return port;
    };
    const current = "ELBSecurityPolicy-TLS13-1-2-2021-06";

    test("TLS: the certificate by SNI, the default one for others, HTTP/1.1 and HTTP/2 by ALPN", async () => {
      const port = await secure(current);
      const subject = async (options: object) => {
        const socket = await handshake(port, options);
        const { CN } = socket.getPeerCertificate().subject;
        const { alpnProtocol } = socket;
        socket.destroy();
        return [CN, alpnProtocol];
      };
      assert.deepEqual(await subject({ servername: "shop.test" }), ["shop.test", false]);
      assert.deepEqual(await subject({ servername: "other.test", ALPNProtocols: ["h2"] }), ["default.test", "h2"]);
      assert.deepEqual(await subject({ ALPNProtocols: ["http/1.1"] }), ["default.test", "http/1.1"]);
    });

    test("security policies say which versions are spoken", async () => {
      const version = async (policy: string, wanted: string) => {
        const port = await secure(policy);
        const old = { minVersion: wanted, maxVersion: wanted, ciphers: "DEFAULT:@SECLEVEL=0" };
        const socket = await handshake(port, old).catch(() => undefined);
        const got = socket?.getProtocol();
        socket?.destroy();
        return got;
      };
      assert.equal(await version(current, "TLSv1.3"), "TLSv1.3");
      assert.equal(await version(current, "TLSv1.2"), "TLSv1.2");
      assert.equal(await version(current, "TLSv1.1"), undefined);
      assert.equal(await version("ELBSecurityPolicy-2016-08", "TLSv1"), "TLSv1");
      assert.equal(await version("ELBSecurityPolicy-2016-08", "TLSv1.3"), undefined);
      assert.equal(await version("ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.2"), undefined);
    });

    test("targets are told of TLS where that is asked for, and that it was HTTPS", async () => {
      const port = await secure(current, { attributes: { ...nodeOf({}).attributes, tlsHeaders: true } });
      const socket = await handshake(port, { servername: "shop.test" });
      socket.write("GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n");
      let answer = "";
      for await (const chunk of socket) answer += chunk;
      assert.match(answer, /"x-forwarded-proto":"https"/);
      assert.match(answer, /"x-amzn-tls-version":"TLSv1.3"/);
      assert.match(answer, /"x-amzn-tls-cipher-suite":"TLS_AES_\d+_GCM_SHA\d+"/);
    });

    test("HTTP/2 from end to end, as gRPC needs it: streams both ways at once, trailers", async () => {
      const target = await startHttp2Target("h2");
      const group = groupOf("h2", [targetOf(target.port)], { protocolVersion: "HTTP2" });
      const attributes = { ...nodeOf({}).attributes, accessLogs: false };
      const port = await secure(current, { targetGroups: [group], attributes });
      const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      const stream = session.request({ ":method": "POST", ":path": "/echo", te: "trailers" });
      const trailing = once(stream, "trailers");
      const received = new Received(stream);
      const [headers] = (await once(stream, "response")) as [Record<string, string>];
      assert.deepEqual([headers["x-name"], headers["x-seen"]], ["h2", "https 127.0.0.1"]);
      for (const part of ["first", "second"]) {
        stream.write(part);
        assert.equal(await received.take(new RegExp(`${part}$`)), part);
      }
      stream.end();
      const [trailers] = (await trailing) as [Record<string, string>];
      assert.equal(trailers["grpc-status"], "0");
      session.destroy();
    });

    test("gRPC targets are checked by the status in their answer", async () => {
      const { balancer, port } = setting();
      const target = await startHttp2Target("grpc");
      const check = { ...groupOf("x", []).healthCheck, path: "/AWS.ALB/healthcheck" };
      const group = (matcher: string) =>
        groupOf(`grpc-${matcher}`, [targetOf(target.port)], {
          protocolVersion: "GRPC",
          healthCheck: { ...check, matcher },
        });
      for (const [matcher, state] of [
        ["0-99", "healthy"],
        ["12", "healthy"],
        ["0,13", "unhealthy"],
      ] as const) {
        const used = group(matcher);
        await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(used))], targetGroups: [used] }));
        await balancer.untilHealth(([only]) => only?.targetGroupArn === used.targetGroupArn && only.state === state);
      }
    });

    test("web sockets: the connection is changed, then bytes go both ways", async () => {
      const { port, use, groupOne } = setting();
      const server = createServer((_request, response) => response.end());
      server.on("upgrade", (request, socket) => {
        const key = createHash("sha1").update(
          `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
        );
        const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
        socket.write([...head, `Sec-WebSocket-Accept: ${key.digest("base64")}`, "", ""].join("\r\n"));
        socket.pipe(socket);
      });
      const group = { ...groupOne, targets: [targetOf(await listen(server, 0))] };
      await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      const socket = connect(port, "127.0.0.1");
      const head = ["GET /ws HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade"];
      const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""];
      const received = new Received(socket);
      socket.write([...head, ...key].join("\r\n"));
      assert.match(await received.take(/\r\n\r\n$/), /^HTTP\/1\.1 101 /);
      for (const part of ["ping", "pong"]) {
        socket.write(part);
        assert.equal(await received.take(new RegExp(`${part}$`)), part);
      }
      socket.destroy();
    });

    test("TLS of a network load balancer ends at it", async () => {
      const { port, use, one } = setting();
      const check = { ...groupOf("x", []).healthCheck, protocol: "TCP" as const };
      const group = groupOf("nlb-tls", [targetOf(one.port)], { protocol: "TCP", healthCheck: check });
      const tls = { protocol: "TLS", sslPolicy: current, certificates: certificates() } as const;
      const listeners = [listenerOf(port, forward(group), [], tls)];
      await use({ type: "network", listeners, targetGroups: [group] });
      const socket = await handshake(port, { servername: "shop.test" });
      assert.equal(socket.getPeerCertificate().subject.CN, "shop.test");
      socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      let answer = "";
      for await (const chunk of socket) answer += chunk;
      assert.match(answer, /^HTTP\/1\.1 200 /);
    });
  });
}
