import { systemClock } from "#kernel/clock.ts";
import { seededRandom } from "#kernel/random.ts";
import { runtimeDriverContract } from "../../../../test/contracts/runtime-driver.ts";
import { imageArchive } from "../image-archive.ts";
import { createFakeDriver } from "./driver.ts";
import { createFakeHost } from "./host.ts";

const host = createFakeHost({ clock: systemClock({ keepAlive: true }), random: seededRandom(1), latencyMs: 1 });
const importedReference = "estiva-test/imported:1";

runtimeDriverContract("fake", {
  open: () => createFakeDriver({ host }),
  containers: {
    runsForever: { image: "fake/run-forever" },
    ignoresSigterm: { image: "fake/run-forever?stop=never" },
    exits: { image: "fake/exit?code=3&after=5ms" },
    printsLines: { image: "fake/exit?lines=100&after=5ms" },
    cannotStart: { image: "fake/fail-start" },
    becomesHealthy: { image: "fake/healthy-after?s=20ms" },
  },
  archive: async () => imageArchive({ reference: importedReference, architecture: "x86_64", files: [] }),
  importedReference,
  unknownImage: { reference: "fake/no-such-image", reasons: ["NotFound"] },
});
