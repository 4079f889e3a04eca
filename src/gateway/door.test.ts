import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { testGateway } from "../../test/support/gateway.ts";
import { Received } from "../../test/support/received.ts";
import { createDoor } from "./door.ts";
import type { Gateway } from "./gateway.ts";

describe("the door to load balancers", () => {
  let gateway: Gateway;
  let server: Server;
  let port: number;
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.headers.host} ${request.url}`);
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.write("first ");
      request.pipe(response);
    });
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const target = { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
    const door = createDoor(
      (name) => name.endsWith(".elb.localhost"),
      (name) => (name === "web.elb.localhost" ? target : { nowhere: `There is no ${name}` }),
    );
    gateway = testGateway([], { sites: [door] }).gateway;
    port = await gateway.listen("127.0.0.1", 0);
  });
  after(async () => {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });

  test("requests go to what is behind the name, streaming both ways", async () => {
    const headers = { host: `Web.elb.localhost:${port}` };
    const sent = httpRequest({ host: "127.0.0.1", port, path: "/x?y", method: "POST", headers });
    sent.write("a");
    const [answer] = await once(sent, "response");
    assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
    const received = new Received(answer);
    assert.equal(await received.take(/a$/), "first a");
    sent.end("b");
    assert.equal(await received.rest(), "b");
    assert.deepEqual(asked, [`POST Web.elb.localhost:${port} /x?y`]);
  });

  test("web sockets go through", async () => {
    const socket = connect(port, "127.0.0.1");
    const received = new Received(socket);
    socket.write("GET / HTTP/1.1\r\nHost: web.elb.localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    assert.match(await received.take(/\r\n\r\n$/), /^HTTP\/1\.1 101 /);
    socket.write("ping");
    assert.equal(await received.take(/ping$/), "ping");
    socket.destroy();
  });

  test("a name that nobody has is told; other hosts are the platform's own", async () => {
    const get = async (host: string) => {
      const [answer] = await once(httpRequest({ host: "127.0.0.1", port, headers: { host } }).end(), "response");
      return [answer.statusCode, (await new Received(answer).rest()).trim()];
    };
    assert.deepEqual(await get("other.elb.localhost"), [503, "There is no other.elb.localhost"]);
    const before = asked.length;
    assert.notEqual((await get("web.elb.localhost.example.com"))[0], 503);
    assert.notEqual((await get("elb.localhost"))[0], 503);
    assert.equal(asked.length, before);
  });
});
