import assert from "node:assert/strict";
import { test } from "node:test";
import { candidateAddresses, parseAddress } from "./address.ts";
import { chooseVersion } from "./client.ts";

test("DOCKER_HOST's notations", () => {
  const socket = { url: "unix:///run/d.sock", connect: { socketPath: "/run/d.sock" } };
  assert.deepEqual(parseAddress("unix:///run/d.sock"), socket);
  assert.deepEqual(parseAddress("/run/d.sock"), socket);
  assert.deepEqual(parseAddress("tcp://10.0.0.1:2375").connect, { host: "10.0.0.1", port: 2375 });
  assert.deepEqual(parseAddress("tcp://engine").connect, { host: "engine", port: 2375 });
  assert.deepEqual(parseAddress("tcp://[::1]:99").connect, { host: "::1", port: 99 });
  assert.throws(() => parseAddress("ssh://me@host"), { reason: "InvalidSpec" });
});

test("DOCKER_HOST alone is tried when it is set, else the usual sockets", () => {
  assert.deepEqual(candidateAddresses({ DOCKER_HOST: "tcp://h:1", HOME: "/home/a" }), ["tcp://h:1"]);
  const usual = candidateAddresses({ HOME: "/home/a", XDG_RUNTIME_DIR: "/run/user/1" });
  assert.equal(usual[0], "/var/run/docker.sock");
  assert.ok(usual.includes("/run/user/1/docker.sock") && usual.includes("/home/a/.docker/run/docker.sock"));
});

test("the API's version is the engine's, within what the driver knows", () => {
  assert.equal(chooseVersion("1.41", "x"), "1.41");
  assert.equal(chooseVersion("1.45", "x"), "1.45");
  assert.equal(chooseVersion("1.99", "x"), "1.47");
  assert.throws(() => chooseVersion("1.40", "x"), /1\.41 is needed/);
  assert.throws(() => chooseVersion("", "x"), /no container engine/);
});
