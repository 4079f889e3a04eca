import { testScenario } from "../seeds.ts";
import { foresightScenario } from "./foresight.ts";

testScenario(foresightScenario, { defaultSeeds: 40 });
