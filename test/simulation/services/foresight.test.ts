import { testScenario } from "../seeds.ts";
import { foresightScenario } from "./foresight.ts";

testScenario(foresightScenario, { file: import.meta.filename, defaultSeeds: 40 });
