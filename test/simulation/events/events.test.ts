import { testScenario } from "../seeds.ts";
import { eventsScenario } from "./scenario.ts";

testScenario(eventsScenario(), { file: import.meta.filename });
