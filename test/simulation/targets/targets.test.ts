import { testScenario } from "../seeds.ts";
import { targetsScenario } from "./scenario.ts";

testScenario(targetsScenario, { file: import.meta.filename, defaultSeeds: 200, part: [0, 20] });
