import assert from "node:assert/strict";
import { test } from "node:test";
import { providerClaimKeys } from "./provider-claims.ts";

const claims = { iss: "", sub: "me", aud: ["a"], exp: 1, repository: "org/web", repository_id: 7, project_id: "9" };

const cases: readonly [string, Record<string, string>][] = [
  ["token.actions.githubusercontent.com", { repository: "org/web", repository_id: "7" }],
  ["token.actions.githubusercontent.com/org", { repository: "org/web", repository_id: "7" }],
  ["token.actions.acme.ghe.com", { repository: "org/web", repository_id: "7" }],
  ["gitlab.com", { project_id: "9" }],
  ["gitlab.com.example.com", {}],
  ["idp.example.com", {}],
];
for (const [url, wanted] of cases) {
  test(`claims of ${url} that trust policies may ask for`, () => {
    const keys = Object.entries(wanted).map(([name, value]) => [`${url}:${name}`, value]);
    assert.deepEqual(providerClaimKeys(url, claims), Object.fromEntries(keys));
  });
}
