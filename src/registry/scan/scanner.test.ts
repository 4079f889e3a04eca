import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { until } from "../../../test/support/until.ts";
import { createBlobStore } from "../storage/blob-store.ts";
import { scanPrograms } from "./programs.ts";
import { Scanner, type ScannerOptions } from "./scanner.ts";

const root = mkdtempSync(join(tmpdir(), "estiva-scanner-"));
after(() => rmSync(root, { recursive: true }));
const random = seededRandom(1);
const blobs = createBlobStore({ dir: join(root, "blobs"), clock: new VirtualClock(), random });
const reason = (expected: string, words?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DriverError, String(error));
  assert.equal(error.reason, expected, error.message);
  if (words !== undefined) assert.match(error.message, words);
  return true;
};

/** A scanner whose programs are these scripts, and what they see of the environment is this. */
function scannerWith(programs: Readonly<Record<string, string>>, more: Partial<ScannerOptions> = {}, env = {}) {
  const bin = mkdtempSync(join(root, "bin-"));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const dir = join(bin, "scans");
  const path = [bin, "relative", "/bin", "/usr/bin"].join(":");
  const options = { blobs, dir, env: { PATH: path, ...env }, clock: systemClock(), random, ...more };
  return { scanner: new Scanner(options), bin, dir };
}

async function image() {
  const [config, layer] = [await blobs.put(Buffer.from("{}")), await blobs.put(Buffer.from("a layer"))];
  const manifest = await blobs.put(Buffer.from('{"schemaVersion":2}'));
  const parts = [config, layer, layer].map((blob) => ({ ...blob, mediaType: "" }));
  return { ...manifest, mediaType: "application/vnd.oci.image.manifest.v1+json", blobs: parts };
}

test("trivy is given the image as an OCI layout, and nothing is left of it", async () => {
  const report = { Results: [{ Vulnerabilities: [{ VulnerabilityID: "CVE-1", Severity: "HIGH", PkgName: "zlib" }] }] };
  const script = `printf '%s\\n' "$@" > "$HOME/args"; cp -r image "$HOME/copy"; env > "$HOME/env"; cat "$HOME/answer"`;
  const home = mkdtempSync(join(root, "home-"));
  writeFileSync(join(home, "answer"), JSON.stringify(report));
  const secret = { ESTIVA_MASTER_KEY: "hidden", AWS_SECRET_ACCESS_KEY: "hidden", TRIVY_CACHE_DIR: "/cache" };
  const { scanner, dir } = scannerWith({ trivy: script, grype: "exit 1" }, {}, { HOME: home, ...secret });
  mkdirSync(join(dir, "left-over"), { recursive: true });
  assert.equal(await scanner.installed(), "trivy");
  const scanned = await image();
  const attributes = [{ key: "package_name", value: "zlib" }];
  assert.deepEqual((await scanner.scan(scanned)).findings, [{ name: "CVE-1", severity: "HIGH", attributes }]);
  const args = readFileSync(join(home, "args"), "utf8").trim().split("\n");
  assert.deepEqual(args.toSpliced(2, 1), "image --input --format json --quiet --scanners vuln".split(" "));
  const at = (...path: string[]) => readFileSync(join(home, "copy", ...path), "utf8");
  const { digest, mediaType, sizeBytes: size } = scanned;
  assert.deepEqual(JSON.parse(at("index.json")), { schemaVersion: 2, manifests: [{ mediaType, digest, size }] });
  assert.deepEqual(JSON.parse(at("oci-layout")), { imageLayoutVersion: "1.0.0" });
  assert.equal(readdirSync(join(home, "copy/blobs/sha256")).length, 3);
  assert.equal(at("blobs/sha256", scanned.blobs[1]!.digest.slice(7)), "a layer");
  const environment = readFileSync(join(home, "env"), "utf8");
  assert.doesNotMatch(environment, /hidden/);
  assert.match(environment, /TRIVY_CACHE_DIR=\/cache/);
  assert.deepEqual(readdirSync(dir), []);
});

test("grype is taken where there is no trivy", async () => {
  const { scanner } = scannerWith({ grype: `test "$1" = "oci-dir:$PWD/image" && echo '{"matches":[]}'` });
  assert.equal(await scanner.installed(), "grype");
  assert.deepEqual(await scanner.scan(await image()), { findings: [] });
});

test("without a program nothing is scanned", async () => {
  const { scanner, bin } = scannerWith({});
  writeFileSync(join(bin, "trivy"), "not to be run");
  assert.equal(await scanner.installed(), undefined);
  await assert.rejects(scanner.scan(await image()), reason("NotInstalled"));
});

const failures: readonly [what: string, script: string, words: RegExp][] = [
  ["complains", "echo first >&2; echo 'FATAL no database' >&2; exit 1", /^FATAL no database$/],
  ["ends without a word", "exit 3", /code 3/],
  ["answers with no JSON", "echo hello", /not JSON/],
  ["answers with other JSON", "echo '[]'", /makes no sense/],
  ["answers with too much", "yes | head -c 70000000", /too large/],
];
for (const [what, script, words] of failures) {
  test(`a program that ${what} has failed`, async () => {
    const { scanner, dir } = scannerWith({ trivy: script });
    await assert.rejects(scanner.scan(await image()), reason("Failed", words));
    assert.deepEqual(readdirSync(dir), []);
  });
}

test("content that is missing cannot be scanned", async () => {
  const { scanner } = scannerWith({ trivy: "echo '{}'" });
  const missing = { digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1, mediaType: "" };
  await assert.rejects(scanner.scan({ ...(await image()), blobs: [missing] }), reason("NotFound"));
});

test("a program that takes too long is killed with its children", async () => {
  const clock = new VirtualClock();
  const { scanner } = scannerWith({ trivy: `sleep 600 & touch ${root}/running; wait` }, { clock });
  const scan = scanner.scan(await image());
  await until("the program", () => existsSync(join(root, "running")));
  await clock.advance(900_000);
  // The child holds the output open: as long as it runs, this does not end.
  await assert.rejects(scan, reason("TimedOut", /900 seconds/));
});

test("the end of the platform breaks scans off, also those that wait", async () => {
  const { scanner, dir } = scannerWith({ trivy: `touch ${root}/begun; sleep 60` });
  const scanned = await image();
  const scans = [scanner.scan(scanned), scanner.scan(scanned)];
  const ended = Promise.all(scans.map((scan) => assert.rejects(scan, reason("Aborted"))));
  await until("the program", () => existsSync(join(root, "begun")));
  await scanner.close();
  await ended;
  assert.deepEqual(readdirSync(dir), []);
});

test("answers of both programs are read in ECR's words", () => {
  const [trivy, grype] = scanPrograms;
  const nvd = { V3Vector: "CVSS:3.1/AV:N", V3Score: 7.5, V2Score: 5 };
  const vulnerability = {
    ...{ VulnerabilityID: "CVE-1", PkgName: "zlib", InstalledVersion: "1.2", FixedVersion: "1.3", Severity: "UNKNOWN" },
    ...{ Title: "A title", PrimaryURL: "https://example.com/CVE-1", CVSS: { other: { V2Score: 1 }, nvd } },
  };
  assert.deepEqual(trivy!.read({ Results: [{}, { Vulnerabilities: [vulnerability] }] }).findings, [
    {
      ...{ name: "CVE-1", description: "A title", uri: "https://example.com/CVE-1", severity: "UNDEFINED" },
      attributes: [
        { key: "package_name", value: "zlib" },
        { key: "package_version", value: "1.2" },
        { key: "fixed_in_version", value: "1.3" },
        { key: "CVSS3_VECTOR", value: "CVSS:3.1/AV:N" },
        { key: "CVSS3_SCORE", value: "7.5" },
        { key: "CVSS2_SCORE", value: "5" },
      ],
    },
  ]);
  assert.deepEqual(trivy!.read({}).findings, []);
  const cvss = [{ version: "3.1", vector: "CVSS:3.1/AV:L", metrics: { baseScore: 3.3 } }];
  const match = {
    vulnerability: {
      ...{ id: "CVE-2", severity: "Negligible", dataSource: "https://example.com/CVE-2", cvss },
      fix: { versions: ["2.0"] },
    },
    artifact: { name: "libc", version: "1.0" },
  };
  const descriptor = { db: { status: { built: "2030-01-01T00:00:00Z" } } };
  assert.deepEqual(grype!.read({ matches: [match], descriptor }), {
    findings: [
      {
        ...{ name: "CVE-2", uri: "https://example.com/CVE-2", severity: "INFORMATIONAL" },
        attributes: [
          { key: "package_name", value: "libc" },
          { key: "package_version", value: "1.0" },
          { key: "fixed_in_version", value: "2.0" },
          { key: "CVSS3_VECTOR", value: "CVSS:3.1/AV:L" },
          { key: "CVSS3_SCORE", value: "3.3" },
        ],
      },
    ],
    sourceUpdatedAt: Date.UTC(2030, 0, 1),
  });
});
