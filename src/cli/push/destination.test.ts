import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../command.ts";
import { destinationOf } from "./destination.ts";

const host = "127.0.0.1:4566";
const id = `sha256:${"ab".repeat(32)}`;

const cases: readonly [image: string, target: string | undefined, expected: string | RegExp][] = [
  ["app", undefined, "app:latest"],
  ["app:v1", undefined, "app:v1"],
  ["team/app:v1", undefined, "team/app:v1"],
  ["ghcr.io/team/app:v1", undefined, "team/app:v1"],
  ["localhost:5000/app", undefined, "app:latest"],
  ["docker.io/library/nginx:1", undefined, "nginx:1"],
  [`${host}/team/app:v1`, undefined, "team/app:v1"],
  [`app@${id}`, undefined, "app:latest"],
  ["app:v1", "team/other", "team/other:v1"],
  ["app:v1", "other:v2", "other:v2"],
  ["app:v1", `${host}/other:v2`, "other:v2"],
  [id, "app", "app:latest"],
  [id.slice(7, 19), "app:v3", "app:v3"],
  [id, undefined, /is an image's id: name a repository too/],
  ["app", "ghcr.io/app", /is in another registry \(ghcr\.io\)/],
  ["app", `other@${id}`, /has a digest/],
  ["app", "Other", /Other is no repository's name/],
  ["app", "a/../b", /a\/\.\.\/b is no repository's name/],
  ["app", ":v1", /An empty name is no repository's name/],
  ["app", "other:", /is no tag/],
];
for (const [image, target, expected] of cases) {
  test(`${image} ${target ?? ""} goes to ${expected}`, () => {
    const destination = () => {
      const { repository, tag } = destinationOf(image, target, host);
      return `${repository}:${tag}`;
    };
    if (typeof expected === "string") assert.equal(destination(), expected);
    else assert.throws(destination, (error) => error instanceof CommandError && expected.test(error.message));
  });
}
