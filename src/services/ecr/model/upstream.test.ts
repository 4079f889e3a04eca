import assert from "node:assert/strict";
import { test } from "node:test";
import { behindPrefix, closest } from "./prefix.ts";
import { isPrivate, needsCredentials, readUpstream } from "./upstream.ts";

const urls: readonly [text: string, endpoint: string | undefined, kind?: string][] = [
  ["public.ecr.aws", "https://public.ecr.aws", "ecr-public"],
  ["registry-1.docker.io", "https://registry-1.docker.io", "docker-hub"],
  ["quay.io", "https://quay.io", "quay"],
  ["registry.k8s.io", "https://registry.k8s.io", "k8s"],
  ["ghcr.io", "https://ghcr.io", "github-container-registry"],
  ["mine.azurecr.io", "https://mine.azurecr.io", "azure-container-registry"],
  ["registry.gitlab.com", "https://registry.gitlab.com", "gitlab-container-registry"],
  ["cgr.dev", "https://cgr.dev", "chainguard"],
  ["111122223333.dkr.ecr.eu-west-1.amazonaws.com", "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com", "ecr"],
  ["https://registry-1.docker.io", "https://registry-1.docker.io"],
  ["registry.example.com:5000", "https://registry.example.com:5000"],
  ["http://registry.example.com/", "http://registry.example.com"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000"],
  ["localhost:5000", "http://localhost:5000"],
  ["[::1]:5000", "http://[::1]:5000"],
  ["https://127.0.0.1:5000", "https://127.0.0.1:5000"],
  ["169.254.169.254", undefined],
  ["http://2852039166", undefined],
  ["https://host/path", undefined],
  ["https://user:word@host", undefined],
  ["ftp://host", undefined],
  ["registry..example", undefined],
  ["-registry.example", undefined],
  ["a b", undefined],
  ["", undefined],
];
for (const [text, endpoint, kind] of urls) {
  test(`'${text}' ${endpoint === undefined ? "is no registry" : `is ${endpoint}`}`, () => {
    const place = readUpstream(text);
    assert.deepEqual([place?.endpoint, place?.kind], [endpoint, kind]);
  });
}

test("credentials go out only encrypted, or not at all", () => {
  const may = (url: string) => isPrivate(readUpstream(url)!);
  assert.deepEqual([may("quay.io"), may("127.0.0.1:5000"), may("http://registry.example.com")], [true, true, false]);
});

test("AWS asks for credentials where there is nothing without", () => {
  const kinds = ["docker-hub", "github-container-registry", "quay", "ecr-public", undefined] as const;
  assert.deepEqual(kinds.map(needsCredentials), [true, true, false, false, false]);
});

const prefixes: readonly [prefix: string, name: string, rest: string | undefined][] = [
  ["quay", "quay/coreos/etcd", "coreos/etcd"],
  ["quay/", "quay/coreos/etcd", "coreos/etcd"],
  ["quay", "quayside/etcd", undefined],
  ["quay", "quay", undefined],
  ["ROOT", "quay", "quay"],
];
for (const [prefix, name, rest] of prefixes) {
  test(`${name} under ${prefix} is ${rest}`, () => assert.equal(behindPrefix(prefix, name), rest));
}

test("the longest prefix counts, ROOT last", () => {
  const all = ["ROOT", "a", "a/b/", "c"].map((prefix) => ({ prefix }));
  const found = (name: string) => closest(all, name)?.prefix;
  assert.deepEqual([found("a/b/x"), found("a/x"), found("x"), found("c")], ["a/b/", "a", "ROOT", "ROOT"]);
  assert.equal(closest([], "x"), undefined);
});
