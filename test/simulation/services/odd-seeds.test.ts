import { testScenario } from "../seeds.ts";
import { defaultSeeds, servicesScenario } from "./scenario.ts";

testScenario(servicesScenario, { file: import.meta.filename, defaultSeeds, part: [1, 2] });
