import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { createGateway } from "#gateway/gateway.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { systemRandom } from "#kernel/random.ts";
import { createStore, memoryEngine } from "#store/index.ts";

test("a body that does not come ends the connection, unless it goes to a mount", async () => {
  const clock = systemClock({ keepAlive: true });
  const store = await createStore({ engine: memoryEngine({ clock }), collections: [], clock });
  const reached = Promise.withResolvers<void>();
  const gateway = createGateway({
    ...{ services: [], clock, random: systemRandom(), log: silentLog, account: "000000000000", region: "us-east-1" },
    store: store.as("api"),
    onBug: (error) => assert.fail(String(error)),
    credentials: () => undefined,
    mounts: [
      {
        prefix: "/v2/",
        async handle(_request, response) {
          await reached.promise;
          response.end("reached");
        },
      },
    ],
    limits: { requestSeconds: 0.05 },
  });
  const port = await gateway.listen("127.0.0.1", 0);
  const answerTo = (path: string) =>
    new Promise<string>((resolve) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nxx`);
      });
      socket.on("data", (data) => {
        answer += data;
      });
      socket.on("close", () => resolve(answer));
    });
  try {
    const mounted = answerTo("/v2/a");
    assert.equal(await answerTo("/"), "");
    reached.resolve();
    assert.match(await mounted, /^HTTP\/1.1 200 .*reached/s);
  } finally {
    await gateway.close();
    store.close();
  }
});
