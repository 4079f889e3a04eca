import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsFor } from "./setup.ts";

test("who installs by hand is told all that it takes, to the engine that answers", () => {
  assert.deepEqual(commandsFor(["nftables", "iproute2"], true), [
    "apt-get update",
    "apt-get install -y --no-install-recommends nftables iproute2",
  ]);
  const start = "(dockerd &|systemctl start docker)";
  assert.match(commandsFor(["docker.io"], true).join("; "), new RegExp(`docker\\.io; ${start}$`));
  const user = new RegExp(`^sudo apt-get update; sudo .*docker\\.io; sudo ${start}; sudo usermod -aG docker \\$USER`);
  assert.match(commandsFor(["docker.io"], false).join("; "), user);
});
