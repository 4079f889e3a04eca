import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createProviderKeys } from "./provider-keys.ts";

const issuer = "https://idp.test";
const fresh = { fresh: true };

function provider(keySetUrl = `${issuer}/keys`) {
  const clock = new VirtualClock();
  const state = { isAway: false, asked: 0, kid: 1 };
  const keys = createProviderKeys({
    clock,
    async fetchJson(url) {
      if (url !== keySetUrl) state.asked++;
      if (state.isAway) throw new Error("away");
      return url === keySetUrl ? { keys: [{ kid: String(state.kid) }] } : { jwks_uri: keySetUrl };
    },
  });
  const kid = async (options?: { fresh: boolean }) => (await keys.of(issuer, options))[0]!.kid;
  return { clock, state, kid };
}

test("keys are kept for five minutes; tokens that none fits have them read again, but not time and again", async () => {
  const { clock, state, kid } = provider();
  assert.deepEqual([await kid(), await kid(), state.asked], ["1", "1", 1]);
  await clock.advance(10_000);
  state.kid = 2;
  for (let i = 0; i < 100; i++) assert.equal(await kid(fresh), "2");
  assert.equal(state.asked, 2);
  await clock.advance(5 * 60_000);
  assert.deepEqual([await kid(), state.asked], ["2", 3]);
});

test("a provider that is away takes no good keys with it; once they are old it is asked each time", async () => {
  const { clock, state, kid } = provider();
  await kid();
  await clock.advance(10_000);
  state.isAway = true;
  await assert.rejects(kid(fresh), /away/);
  for (let i = 0; i < 100; i++) assert.equal(await kid(fresh), "1");
  assert.deepEqual([await kid(), state.asked], ["1", 2]);
  await clock.advance(5 * 60_000);
  await assert.rejects(kid(), /away/);
  state.isAway = false;
  assert.equal(await kid(), "1");
});

test("keys are not fetched without TLS", async () => {
  await assert.rejects(provider("http://idp.test/keys").kid(), /no jwks_uri with https/);
});
