import { testScenario } from "../seeds.ts";
import { defaultSeeds, ecsScenario } from "./scenario.ts";

testScenario(ecsScenario, { defaultSeeds, part: [0, 2] });
