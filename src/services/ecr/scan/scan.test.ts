import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import type { ImageScanner, ScanFinding, ScanReport } from "#kernel/image-scan.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld, imageOf, indexOf, sha256 } from "../../../../test/support/ecr.ts";
import { replications, scans } from "../model.ts";
import { replicationController } from "../replication/controller.ts";
import { scanController } from "./controller.ts";

const repositoryName = "app";
const finding = (name: string, severity: ScanFinding["severity"]): ScanFinding => ({ name, severity, attributes: [] });

/** A world with a scanner that answers with this report, or fails with this error. */
async function newWorld(answer: ScanReport | DriverError = { findings: [] }) {
  let now: typeof answer = answer;
  let isInstalled = true;
  const scanned: string[] = [];
  const scanner: ImageScanner = {
    installed: async () => (isInstalled ? "trivy" : undefined),
    async scan({ digest }) {
      scanned.push(digest);
      if (now instanceof DriverError) throw now;
      return now;
    },
    close: async () => {},
  };
  const world = await ecrWorld({ scanner });
  const controller = scanController({ blobs: world.blobs, scanner });
  await world.ecr("CreateRepository", { repositoryName });
  const imageId = { imageTag: "v1" };
  return {
    ...{ ...world, scanned },
    answer: (next: typeof answer) => (now = next),
    uninstall: () => (isInstalled = false),
    start: (id: object = imageId) => world.ecr("StartImageScan", { repositoryName, imageId: id }),
    findings: (more = {}) => world.ecr("DescribeImageScanFindings", { repositoryName, imageId, ...more }),
    async run() {
      for (const { key } of [...world.store.view(scans).all()]) await world.reconcile(controller, key);
    },
  };
}

test("a scan is started, and its findings are told, the worst first, in pages", async () => {
  const all = [finding("b", "LOW"), finding("c", "CRITICAL"), finding("a", "LOW"), finding("d", "UNDEFINED")];
  const { ecr, push, start, findings, run, clock } = await newWorld({ findings: all, sourceUpdatedAt: 1000 });
  const imageDigest = await push(repositoryName, "v1");
  const none = isFault(
    "ScanNotFoundException",
    "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'v1'}' in the repository with name " +
      "'app' in the registry with id '000000000000'",
  );
  await assert.rejects(findings(), none);
  const started = await start();
  assert.deepEqual(started.imageScanStatus, { status: "IN_PROGRESS" });
  assert.equal((await findings()).imageScanStatus!.status, "IN_PROGRESS");
  await run();
  const first = await findings({ maxResults: 3 });
  const second = await findings({ nextToken: first.nextToken, maxResults: 3 });
  const names = [first, second].map(({ imageScanFindings }) => imageScanFindings!.findings!.map(({ name }) => name));
  assert.deepEqual(names, [["c", "a", "b"], ["d"]]);
  const counts = { CRITICAL: 1, LOW: 2, UNDEFINED: 1 };
  assert.deepEqual(first.imageScanFindings!.findingSeverityCounts, counts);
  const description = "The scan was completed successfully.";
  assert.deepEqual(first.imageScanStatus, { status: "COMPLETE", description });
  assert.deepEqual(first.imageId, { imageDigest, imageTag: "v1" });
  const [detail] = (await ecr("DescribeImages", { repositoryName })).imageDetails!;
  assert.deepEqual(detail!.imageScanFindingsSummary, {
    ...{ imageScanCompletedAt: clock.now(), vulnerabilitySourceUpdatedAt: 1000, findingSeverityCounts: counts },
  });
});

test("an image is scanned once a day, unless that fails", async () => {
  const { push, start, findings, run, answer, clock } = await newWorld(new DriverError("Failed", "no database"));
  await push(repositoryName, "v1");
  const quota = isFault("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.");
  await start();
  await assert.rejects(start(), quota);
  await run();
  assert.deepEqual((await findings()).imageScanStatus, { status: "FAILED", description: "no database" });
  answer({ findings: [finding("a", "HIGH")] });
  await start();
  await run();
  await clock.advance(86_399_999);
  await assert.rejects(start(), quota);
  await clock.advance(1);
  answer(new DriverError("TimedOut", "too slow"));
  await start();
  await run();
  const { imageScanStatus, imageScanFindings } = await findings();
  assert.deepEqual([imageScanStatus!.status, imageScanFindings!.findings!.length], ["FAILED", 1], "the last ones stay");
});

test("a scan that the end of the platform breaks off begins anew", async () => {
  const { push, start, findings, run, answer, scanned } = await newWorld(new DriverError("Aborted", "stopped"));
  await push(repositoryName, "v1");
  await start();
  await assert.rejects(run(), DriverError);
  assert.equal((await findings()).imageScanStatus!.status, "IN_PROGRESS");
  answer({ findings: [] });
  await run();
  assert.deepEqual([(await findings()).imageScanStatus!.status, scanned.length], ["COMPLETE", 2]);
});

test("what cannot be scanned is told", async () => {
  const { ecr, push, pushManifest, start, uninstall } = await newWorld();
  const imageDigest = await push(repositoryName, "v1");
  const index = await pushManifest(repositoryName, indexOf(imageDigest), "all");
  await assert.rejects(start({ imageDigest: index }), isFault("UnsupportedImageTypeException"));
  await assert.rejects(start({ imageTag: "none" }), isFault("ImageNotFoundException"));
  uninstall();
  const words = /Scanning of images is not available on this platform: neither trivy nor grype/;
  await assert.rejects(start(), isFault("ValidationException", words));
  const scanOnPush = { repositoryName, imageScanningConfiguration: { scanOnPush: true } };
  await assert.rejects(ecr("PutImageScanningConfiguration", scanOnPush), isFault("ValidationException", words));
  const off = { repositoryName, imageScanningConfiguration: { scanOnPush: false } };
  assert.equal((await ecr("PutImageScanningConfiguration", off)).imageScanningConfiguration!.scanOnPush, false);
  await ecr("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest: index }] });
  const targetStorageClass = "ARCHIVE";
  await ecr("UpdateImageStorageClass", { repositoryName, imageId: { imageDigest }, targetStorageClass });
  await assert.rejects(start(), isFault("ImageArchivedException"));
});

test("what is pushed is scanned where the repository says so, once for an image, and no other artifacts", async () => {
  const { ecr, push, pushManifest, run, scanned } = await newWorld();
  await push(repositoryName, "before");
  await ecr("PutImageScanningConfiguration", { repositoryName, imageScanningConfiguration: { scanOnPush: true } });
  const digest = await push(repositoryName, "v1", "one");
  await run();
  await push(repositoryName, "v2", "one");
  const blob = (content: string) => ({ digest: sha256(content), size: content.length });
  const artifact = imageOf(blob("{}"), blob("one"), { artifactType: "sbom" }) as { config: { mediaType: string } };
  artifact.config.mediaType = "application/vnd.oci.empty.v1+json";
  await pushManifest(repositoryName, artifact, "sbom");
  await run();
  assert.deepEqual(scanned, [digest]);
  const { imageDetails } = await ecr("DescribeImages", { repositoryName });
  const statuses = imageDetails!.map(({ imageTags, imageScanStatus }) => `${imageTags} ${imageScanStatus?.status}`);
  assert.deepEqual(statuses.sort(), ["before undefined", "sbom UNSUPPORTED_IMAGE", "v1,v2 COMPLETE"]);
});

test("the registry's filters have repositories scanned too, also what is replicated to them", async () => {
  const world = await newWorld();
  const { ecr, push, run, scanned } = world;
  const filter = (text: string) => ({ filter: text, filterType: "WILDCARD" }) as const;
  const rules = [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [filter("ap"), filter("prod/*")] }] as const;
  const west = { region: "us-west-2" };
  await ecr("PutRegistryScanningConfiguration", { scanType: "BASIC", rules }, west);
  const { scanningConfiguration } = await ecr("GetRegistryScanningConfiguration", {}, west);
  assert.deepEqual(scanningConfiguration, { scanType: "BASIC", rules });
  assert.deepEqual((await ecr("GetRegistryScanningConfiguration", {})).scanningConfiguration!.rules, []);
  for (const name of ["prod/x", "x/prod"]) await ecr("CreateRepository", { repositoryName: name }, west);
  const input = { repositoryNames: ["prod/x", "x/prod", "none"] };
  const { scanningConfigurations, failures } = await ecr("BatchGetRepositoryScanningConfiguration", input, west);
  assert.deepEqual(
    scanningConfigurations!.map((each) => [each.scanFrequency, each.appliedScanFilters!.map(({ filter }) => filter)]),
    [
      ["SCAN_ON_PUSH", ["prod/*"]],
      ["MANUAL", []],
    ],
  );
  assert.deepEqual(
    failures!.map(({ failureCode }) => failureCode),
    ["REPOSITORY_NOT_FOUND"],
  );
  const destinations = [{ region: "us-west-2", registryId: "000000000000" }];
  await ecr("PutReplicationConfiguration", { replicationConfiguration: { rules: [{ destinations }] } });
  const digest = await push(repositoryName, "v1");
  for (const { key } of [...world.store.view(replications).all()]) {
    await world.reconcile(replicationController(world.ports), key);
  }
  await run();
  assert.deepEqual(scanned, [digest]);
});

test("enhanced and continuous scanning are refused", async () => {
  const { ecr, uninstall } = await newWorld();
  const put = (input: object) => ecr("PutRegistryScanningConfiguration", input);
  await assert.rejects(put({ scanType: "ENHANCED" }), isFault("ValidationException", /Inspector/));
  const rule = (scanFrequency: string) => ({ scanFrequency, repositoryFilters: [] });
  await assert.rejects(put({ rules: [rule("CONTINUOUS_SCAN")] }), isFault("InvalidParameterException", /BASIC/));
  const twice = [rule("SCAN_ON_PUSH"), rule("SCAN_ON_PUSH")];
  await assert.rejects(put({ rules: twice }), isFault("InvalidParameterException", /one rule/));
  uninstall();
  await assert.rejects(put({ rules: [rule("SCAN_ON_PUSH")] }), isFault("ValidationException", /not available/));
  await put({ rules: [] });
});

test("findings are kept as long as their image is", async () => {
  const { ecr, push, start, run, catalog } = await newWorld({ findings: [finding("a", "LOW")] });
  const imageDigest = await push(repositoryName, "v1");
  await start();
  await run();
  const referenced = () => [...(catalog.referencedDigests() as Iterable<string>)].length;
  assert.equal(referenced(), 4);
  await ecr("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest }] });
  assert.equal(referenced(), 2);
});
