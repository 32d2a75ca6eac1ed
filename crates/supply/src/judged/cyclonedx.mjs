import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot7);
const problems = await validator.validate(readFileSync(process.argv[2], "utf8"));
if (problems !== null) {
    console.log(JSON.stringify(problems));
    process.exit(1);
}
