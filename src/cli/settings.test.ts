import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CommandError } from "./command.ts";
import { dataFolder, findConnection, regionOf } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-settings-"));
after(() => rmSync(folder, { recursive: true }));
const platform = { endpoint: "http://127.0.0.1:4566", pid: 1, version: "0", account: "000000000000" };
const key = { accessKeyId: "AKIA", secretAccessKey: "secret" };

test("the data folder: option, environment, the user's data folder", () => {
  assert.equal(dataFolder({ ESTIVA_DATA: "/e" }, "/o"), "/o");
  assert.equal(dataFolder({ ESTIVA_DATA: "/e" }), "/e");
  assert.equal(dataFolder({ XDG_DATA_HOME: "/x" }), "/x/estiva");
  assert.equal(dataFolder({ ESTIVA_DATA: "", XDG_DATA_HOME: "" }), join(homedir(), ".local/share/estiva"));
  assert.equal(dataFolder({}, "here"), join(process.cwd(), "here"));
  assert.throws(() => dataFolder({ ESTIVA_DATA: "/e" }, ""), /--data takes a folder/);
});

test("without a platform the message says how to start one", () => {
  assert.throws(
    () => findConnection({}, folder),
    (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.exitCode, 69);
      assert.match(error.message, /estiva up/);
      return true;
    },
  );
});

test("the connection of the platform in the folder, and of the environment where that is whole", () => {
  writeFileSync(join(folder, "platform.json"), JSON.stringify(platform));
  writeFileSync(join(folder, "credentials.json"), JSON.stringify(key));
  assert.deepEqual(findConnection({}, folder), { endpoint: platform.endpoint, region: "us-east-1", ...key });
  assert.equal(findConnection({ AWS_REGION: "eu-west-1" }, folder).region, "eu-west-1");
  const aws = { AWS_ENDPOINT_URL: "http://other", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "S" };
  assert.equal(findConnection(aws, folder).accessKeyId, "A");
  // Keys of the real AWS in the shell must not go to the platform of this folder.
  assert.equal(findConnection({ ...aws, AWS_ENDPOINT_URL: undefined }, folder).accessKeyId, "AKIA");
});

test("what is no address and what is no region are told", () => {
  const aws = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "S" };
  for (const endpoint of ["garbage", "127.0.0.1:4566", "ftp://127.0.0.1"]) {
    assert.throws(() => findConnection({ ...aws, AWS_ENDPOINT_URL: endpoint }, folder), /AWS_ENDPOINT_URL/, endpoint);
  }
  for (const region of ["us east", "-", "x".repeat(64)]) assert.throws(() => regionOf({ ESTIVA_REGION: region }));
  for (const region of ["us-east-1", "mars-north-12", "local"]) assert.equal(regionOf({ AWS_REGION: region }), region);
});

test("a broken file is named", () => {
  writeFileSync(join(folder, "platform.json"), "{");
  assert.throws(() => findConnection({}, folder), /platform\.json cannot be read/);
});
