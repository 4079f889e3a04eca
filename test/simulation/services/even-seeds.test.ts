import { testScenario } from "../seeds.ts";
import { defaultSeeds, servicesScenario } from "./scenario.ts";

testScenario(servicesScenario, { defaultSeeds, part: [0, 2] });
