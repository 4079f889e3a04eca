import { testScenario } from "../seeds.ts";
import { defaultSeeds, ecsScenario } from "./scenario.ts";

testScenario(ecsScenario, { file: import.meta.filename, defaultSeeds, part: [0, 2] });
