import { randomBytes } from "node:crypto";
import { runtimeDriverContract } from "../../../../test/contracts/runtime-driver.ts";
import { busyboxReference, ensureBusybox } from "../../../../test/images/busybox.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import { busyboxImage } from "../busybox-image.ts";
import { createDockerDriver } from "./driver.ts";

const engine = await testEngine();
const owner = `contract-${randomBytes(4).toString("hex")}`;
const open = () => createDockerDriver({ owner, log: console.error, ...("socket" in engine ? engine : {}) });
const importedReference = "estiva-test/imported:1";

if ("socket" in engine) {
  const driver = open();
  await ensureBusybox(driver);
  await driver.close();
}

const image = busyboxReference;
runtimeDriverContract(
  "docker",
  {
    open,
    containers: {
      runsForever: { image, command: ["sleep", "1000000"] },
      ignoresSigterm: { image, command: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"] },
      exits: { image, command: ["sh", "-c", "exit 3"] },
      printsLines: { image, command: ["sh", "-c", "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done"] },
      cannotStart: { image, command: ["no-such-program"] },
      becomesHealthy: { image, command: ["sleep", "1000000"] },
    },
    archive: () => busyboxImage({ reference: importedReference, labels: { purpose: "test" } }),
    importedReference,
    // Where there is no registry, the engine cannot ask whether there is such an image.
    unknownImage: {
      reference: "localhost:1/estiva-test/never-made:1",
      reasons: ["NotFound", "Unauthorized", "RegistryUnreachable"],
    },
  },
  "skip" in engine ? engine.skip : false,
);
