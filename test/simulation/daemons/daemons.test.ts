import { testScenario } from "../seeds.ts";
import { daemonsScenario } from "./scenario.ts";

testScenario(daemonsScenario, { file: import.meta.filename, defaultSeeds: 200 });
