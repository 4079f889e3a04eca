import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalRepository, digestFor, parseReference, registryOf } from "./image-reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("a reference is a repository and a tag or digest", () => {
  const cases = [
    ["nginx", "nginx", "latest"],
    ["nginx:1.25", "nginx", "1.25"],
    ["localhost:5000/app", "localhost:5000/app", "latest"],
    ["localhost:5000/app:2", "localhost:5000/app", "2"],
    [`nginx@${digest}`, "nginx", digest],
    [`r.io/a/b:1@${digest}`, "r.io/a/b", digest],
  ] as const;
  for (const [reference, repository, version] of cases) {
    assert.deepEqual(parseReference(reference), { repository, version }, reference);
  }
});

test("short names are Docker Hub's", () => {
  assert.equal(canonicalRepository("nginx"), "docker.io/library/nginx");
  assert.equal(canonicalRepository("grafana/loki"), "docker.io/grafana/loki");
  assert.equal(canonicalRepository("localhost/app"), "localhost/app");
  assert.equal(registryOf("r.example:5000/app"), "r.example:5000");
  assert.equal(registryOf("nginx"), "docker.io");
});

test("an image's digest is the one of the repository that was asked for", () => {
  const other = `sha256:${"b".repeat(64)}`;
  const known = [`mirror.io/nginx@${other}`, `nginx@${digest}`];
  assert.equal(digestFor("docker.io/library/nginx:1", known), digest);
  assert.equal(digestFor("mirror.io/nginx", known), other);
  assert.equal(digestFor("another", known), undefined);
  assert.equal(digestFor(`sha256:${"c".repeat(64)}`, known), other);
});
